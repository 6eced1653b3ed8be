using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.City;
using Warehouse.Sql;
using Warehouse.Tests.Etl;

namespace Warehouse.Bench;

/// <summary><c>noise</c>: noisy cities of several seeds, loaded and compared with the generator's list of faults.</summary>
internal static class NoiseCommand
{
    private const int MostFindings = 20;

    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        int cities = 10;
        int children = 300;
        int years = 6;
        ulong first = 100;
        bool known = args.Length % 2 == 0;
        for (int i = 0; known && i < args.Length; i += 2)
        {
            known = args[i] switch
            {
                "--cities" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out cities),
                "--children" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out children),
                "--years" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out years),
                "--seed-from" => ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out first),
                _ => false,
            };
        }

        if (!known)
        {
            error.WriteLine("usage: noise [--cities N] [--children N] [--years N] [--seed-from N]");
            return 2;
        }

        output.WriteLine("| seed | files | rows | faults | repaired | read as meant | quarantined with the right code | refused | others | silently wrong | clean rows | of them quarantined | wrong at their source | rows compared by value | accounting | seconds |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|");
        SortedDictionary<string, int> kinds = new(StringComparer.Ordinal);
        SortedSet<string> feeds = new(StringComparer.Ordinal);
        bool isGood = true;
        for (int i = 0; i < cities; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            NoiseResult result = One(new CityOptions(CityPreset.Mini, children, first + (ulong)i, Years: years, NoiseLevel: NoiseLevel.High));
            feeds.UnionWith(result.Feeds);
            foreach ((string kind, int count) in result.Kinds)
            {
                kinds[kind] = kinds.GetValueOrDefault(kind) + count;
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Seed} | {result.Files:N0} | {result.Rows:N0} | {result.Planted:N0} | {result.Repaired:N0} | {result.Accepted:N0} | {result.Quarantined:N0} | {result.Refused} | {result.Others:N0} | {result.SilentlyWrong} | {result.CleanRows:N0} | {result.CleanQuarantined} ({(double)result.CleanQuarantined / Math.Max(1, result.CleanRows):P3}) | {result.WrongAtSource} | {result.Compared:N0} | {(result.AccountingCloses ? "closes" : "OPEN")} | {watch.Elapsed.TotalSeconds:N0} |"));
            foreach (string finding in result.Findings.Take(MostFindings))
            {
                output.WriteLine("finding: " + finding);
            }

            isGood &= result.IsGood;
        }

        output.WriteLine("feeds with faults in rows or headers: " + feeds.Count.ToString(CultureInfo.InvariantCulture) + ": " + string.Join(' ', feeds));
        output.WriteLine("kinds: " + string.Join(", ", kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Key} {kind.Value:N0}"))));
        output.WriteLine(isGood ? "every city is as it should be" : "FAULTS WERE FOUND");
        return isGood ? 0 : 1;
    }

    private static NoiseResult One(CityOptions options)
    {
        string root = Directory.CreateTempSubdirectory("warehouse-noise-").FullName;
        try
        {
            using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(root, "warehouse.duckdb"), Path.Combine(root, "identity.duckdb")));
            using WarehouseDatabases meant = new(WarehouseOptions.DuckDb(Path.Combine(root, "meant.duckdb"), Path.Combine(root, "meant_identity.duckdb")));
            Migrator.Apply(databases);
            Migrator.Apply(meant);
            return NoiseCheck.Run(options, root, databases, meant, CancellationToken.None);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
