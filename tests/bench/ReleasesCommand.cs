using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.City;
using Warehouse.Reporting.Disclosure;
using Warehouse.Sql;
using Warehouse.Tests.Disclosure;

namespace Warehouse.Bench;

/// <summary>Releases the full catalogue of the synthetic city month by month, each as it was known then, audits everything that was published together, and tries to find out more.</summary>
/// <remarks>
/// <c>releases [--months N] [--children N] [--seed N] [--first yyyyMM]</c>. Scores, judgements and contacts are drawn at random; everything else is what the departments' files say. The audit and the attackers read
/// the published documents alone and share no code with what protects. Ends with 1 where a month is refused or an attack succeeds.
/// </remarks>
internal static class ReleasesCommand
{
    internal static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        Dictionary<string, int> settings = new() { ["--months"] = 24, ["--children"] = 6_000, ["--seed"] = 20190401, ["--first"] = 202304 };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !settings.ContainsKey(args[i]) || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                await error.WriteLineAsync("usage: releases [--months N] [--children N] [--seed N] [--first yyyyMM]").ConfigureAwait(false);
                return 2;
            }

            settings[args[i]] = value;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-releases-");
        try
        {
            return await Measure(settings, folder.FullName, output).ConfigureAwait(false) ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> Measure(Dictionary<string, int> settings, string folder, TextWriter output)
    {
        CityOptions city = CityOptions.For(CityPreset.City, (ulong)settings["--seed"]) with { Children = settings["--children"] };
        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")));
        Migrator.Apply(databases);
        long begun = Stopwatch.GetTimestamp();
        MonthlyReleases.Load(databases, city, folder, CancellationToken.None);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{city.Children:N0} children, seed {city.Seed}, written and loaded in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s"));
        output.WriteLine();
        output.WriteLine("| month | figures printed | hidden | counted anew | of them hidden | refused | s of the draft | s of processor |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        MonthlyReleases releases = new(databases, DisclosureProfile.JpNdb, settings["--seed"]);
        IReadOnlyList<MonthOutcome> outcomes = await releases.Run(new DateOnly(settings["--first"] / 100, settings["--first"] % 100, 1), settings["--months"], month =>
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {month.Month:yyyy-MM} | {month.Printed:N0} | {month.Hidden:N0} | {month.Counted:N0} | {month.CountedHidden:N0} | {(month.Refusal is null ? "" : $"{month.Refused:N0} figures: {month.Refusal}")} | {month.Seconds:0.0} | {month.Processor:0.0} |"));
            output.Flush();
        }, CancellationToken.None).ConfigureAwait(false);
        int printed = outcomes.Sum(month => month.Printed), hidden = outcomes.Sum(month => month.Hidden), counted = outcomes.Sum(month => month.Counted), countedHidden = outcomes.Sum(month => month.CountedHidden);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| all | {printed:N0} | {hidden:N0} ({(double)hidden / Math.Max(printed, 1):P1}) | {counted:N0} | {countedHidden:N0} ({(double)countedHidden / Math.Max(counted, 1):P1}) | {outcomes.Count(month => month.Refusal is not null)} months | {outcomes.Sum(month => month.Seconds):0.0} | {outcomes.Sum(month => month.Processor):0.0} |"));
        output.WriteLine();

        begun = Stopwatch.GetTimestamp();
        PublishedWorld world = PublishedWorld.Of(releases.Documents);
        using Attackers attackers = new(world, releases.Truth());
        IReadOnlyList<AttackResult> results = attackers.TryAll();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{releases.Documents.Count} documents, {world.Read:N0} figures read, {world.Figures.Count:N0} different ones with {world.Sums.Count:N0} sums; {attackers.Levels.Count:N0} hidden figures have a level of protection; {attackers.Programs:N0} linear programs, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s"));
        output.WriteLine();
        output.WriteLine("| attack | tries | narrowest: width less the level | false statements | successes |");
        output.WriteLine("|---|---:|---:|---:|---:|");
        foreach (AttackResult result in results)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {result.Attacker} | {result.Tried:N0} | {(result.Narrowest is { } narrowest ? $"{narrowest:N0}" : "")} | {result.Wrong} | {result.Successes.Count:N0}{(result.Successes.Count == 0 ? "" : ": " + string.Join("; ", result.Successes.Take(5)))} |"));
        }

        return outcomes.All(month => month.Refusal is null) && results.All(result => result.Successes.Count == 0 && result.Wrong == 0);
    }
}
