using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Pdf.BuiltIn;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary><c>pipeline</c>: one whole run, from generated files to briefs, with time, rows and memory of each stage.</summary>
internal static class PipelineCommand
{
    private const int BriefCount = 10;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        CityPreset preset = CityPreset.City;
        bool known = args is [] || (args is ["--preset", var name] && Enum.TryParse(name, ignoreCase: true, out preset) && Enum.IsDefined(preset));
        if (!known)
        {
            await error.WriteLineAsync("usage: pipeline [--preset mini|city|large|metro]").ConfigureAwait(false);
            return 2;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-pipeline-");
        try
        {
            await Measure(CityOptions.For(preset), folder.FullName, output).ConfigureAwait(false);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Measure(CityOptions city, string folder, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"preset {city.Preset}, seed {city.Seed}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, DuckDB files"));
        output.WriteLine();
        output.WriteLine("| stage | seconds | rows | rows per second | peak memory (MB) |");
        output.WriteLine("|---|---:|---:|---:|---:|");

        await Stage(output, "city (rows written)", () => CityGenerator.Generate(city, folder).Rows.Values.Sum()).ConfigureAwait(false);

        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")));
        Migrator.Apply(databases);
        await Stage(output, "load (rows read)", () =>
        {
            LoadOptions options = new() { Inbox = Path.Combine(folder, "inbox"), Secret = new byte[32], Backfill = true };
            return new LoadPipeline(databases).Run(options).Files.Sum(file => file.Read);
        }).ConfigureAwait(false);

        ModelOptions model = new();
        DateOnly today = new(city.FirstFiscalYear + city.Years, 4, 1);
        await Stage(output, "train (child snapshots)", () => ModelRun.Train(databases, model).RowCount).ConfigureAwait(false);
        await Stage(output, "score (children)", () => ModelRun.Score(databases, model, today, Snapshot.StartOfDayUtc(today)).ChildCount).ConfigureAwait(false);

        StaffMember member = new("bench", "計測 用", Roles.Caseworker, Roles.CityRemit);
        new StaffAccounts(databases, TimeProvider.System).Save(member, StaffAccounts.NewPassword());
        await Stage(output, "briefs (briefs, built-in engine)", () => Briefs(databases, member)).ConfigureAwait(false);
    }

    private static async Task<long> Briefs(WarehouseDatabases databases, StaffMember member)
    {
        await using AuditTrail audit = new(databases, TimeProvider.System);
        BriefReader reader = new(databases, audit);
        BriefService service = new(databases, reader, new BuiltInRenderer(new FontCatalog()), TimeProvider.System);
        (DateOnly asOf, DateTime known) = reader.Now();
        long count = 0;
        foreach (ListRow row in reader.List(known).Take(BriefCount))
        {
            BriefOrder order = new(row.ChildKey, asOf, known, ["個別ケース検討会議"], "架空データ");
            count += (await service.Make(order, new AccessReason(member, "conference")).ConfigureAwait(false)).Count;
        }

        return count;
    }

    private static Task Stage(TextWriter output, string name, Func<long> work) => Stage(output, name, () => Task.FromResult(work()));

    private static async Task Stage(TextWriter output, string name, Func<Task<long>> work)
    {
        GC.Collect();
        ResetPeak();
        long begun = Stopwatch.GetTimestamp();
        long rows = await work().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        using Process self = Process.GetCurrentProcess();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {seconds:0.00} | {rows:N0} | {rows / seconds:N0} | {self.PeakWorkingSet64 / (1024 * 1024)} |"));
    }

    // Linux forgets the peak when asked to; elsewhere, or without the right to, the figure is the peak of the process so far.
    private static void ResetPeak()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                File.WriteAllText("/proc/self/clear_refs", "5");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
        }
    }
}
