using System.Diagnostics;
using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Pdf.BuiltIn;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary>Briefs for a whole meeting, from the facts to stored documents and drawn PDF files: copies a second and memory as they go on.</summary>
/// <remarks><c>batch --output FOLDER [--children N] [--recipients N]</c>, on what a demo or a load left in the folder; children with a score, in the order of their keys. The copies stay in the identity database.</remarks>
internal static class BatchCommand
{
    private const int Step = 250;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        string folder = "";
        int children = 500;
        int recipients = 4;
        for (int i = 0; i < args.Length; i += 2)
        {
            bool isGood = i + 1 < args.Length && args[i] switch
            {
                "--output" => (folder = Path.GetFullPath(args[i + 1])).Length > 0,
                "--children" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out children) && children > 0,
                "--recipients" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out recipients) && recipients is > 0 and <= 100,
                _ => false,
            };
            if (!isGood)
            {
                folder = "";
                break;
            }
        }

        if (!File.Exists(Path.Combine(folder, "warehouse.duckdb")))
        {
            await error.WriteLineAsync("usage: batch --output FOLDER [--children N] [--recipients N], with the folder of a demo").ConfigureAwait(false);
            return 2;
        }

        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")) with { MemoryLimit = WarehouseOptions.UsualMemoryLimit });
        await using AuditTrail audit = new(databases, TimeProvider.System);
        BriefReader reader = new(databases, audit);
        BriefService service = new(databases, reader, new BuiltInRenderer(new FontCatalog()), TimeProvider.System);
        StaffMember member = new("bench", "計測 用", Roles.Caseworker, Roles.CityRemit);
        new StaffAccounts(databases, TimeProvider.System).Save(member, StaffAccounts.NewPassword());
        (DateOnly asOf, DateTime known) = reader.Now();
        List<long> keys;
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            keys = [.. session.Query<ScoredChild>("query/casework_population", new { as_known_utc = known, month_key = (asOf.Year * 100) + asOf.Month, as_of = asOf }).Select(child => child.ChildKey).Distinct().Take(children)];
        }

        string[] names = [.. Enumerable.Range(1, recipients).Select(number => string.Create(CultureInfo.InvariantCulture, $"計測機関{number}"))];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{keys.Count} children, {recipients} copies each, {Environment.ProcessorCount} cores, {service.EngineName}"));
        output.WriteLine();
        output.WriteLine("| copies | seconds | CPU s | copies a second | pages | memory of the process (MB) |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|");
        long begun = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        int copies = 0;
        int pages = 0;
        int next = 0;
        ParallelOptions cores = new() { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4) };
        Lock gate = new();
        await Parallel.ForEachAsync(keys, cores, async (key, end) =>
        {
            // A meeting of its own: copies of an earlier run are not these.
            BriefOrder order = new(key, asOf, known, names, "架空データ")
            {
                Meeting = new BriefOccasion(string.Create(CultureInfo.InvariantCulture, $"bench{begun}"), "計測会議", asOf, 1, [.. Enumerable.Range(1, recipients)]),
            };
            IReadOnlyList<BriefFile> files = await service.Make(order, new AccessReason(member, "conference"), end).ConfigureAwait(false);
            lock (gate)
            {
                bool isFirst = copies == 0;
                copies += files.Count;
                pages += files.Sum(file => file.PageCount);
                if (isFirst || copies >= next || copies == keys.Count * recipients)
                {
                    output.WriteLine(Row(isFirst ? "1 child" : copies.ToString("N0", CultureInfo.InvariantCulture)));
                    next = isFirst ? Step : copies + Step;
                }
            }
        }).ConfigureAwait(false);

        return copies == keys.Count * recipients ? 0 : 1;

        string Row(string what)
        {
            double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {seconds:0.0} | {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.0} | {copies / seconds:0.0} | {pages} | {Environment.WorkingSet / (1024 * 1024)} |");
        }
    }
}
