using System.CommandLine;
using System.Globalization;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>check</c>: everything that must hold.</summary>
internal static class CheckCommand
{
    private static readonly Option<string?> Other = new("--compare") { Description = "Compare every table with the DuckDB files in this folder instead; the warehouse itself may be on a server", HelpName = "FOLDER" };
    private static readonly Option<string[]> Ignore = new("--ignore") { Description = "Columns that are not compared", HelpName = "COLUMN", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("check", "Check schema, row accounting, orphans, uniqueness, access log, entries of the desk and jobs; exit code 1 on any failure") { Other, Ignore },
        ["check --output out", "check --output out --json", "check --output out --compare out-duck"],
        Act);

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        if (parsed.GetValue(Other) is { } folder)
        {
            return Task.FromResult(Compare(databases, folder, parsed.GetValue(Ignore) ?? [], context));
        }

        IReadOnlyList<CheckLine> lines = Stages.Check(databases);
        context.Screen.Table("Checks", ["check", "result", "detail"], lines.Select(line => (IReadOnlyList<string>)[line.Name, line.IsGood ? "ok" : "FAILED", line.Detail]));
        IReadOnlyList<JobRun> runs = new JobHistory(databases, context.Time).Last();
        if (runs.Count > 0)
        {
            context.Screen.Table(
                "Last run of each job",
                ["job", "trigger", "start (UTC)", "end (UTC)", "status", "summary"],
                runs.GroupBy(run => run.JobName).OrderBy(job => job.Key, StringComparer.Ordinal).Select(job => job.First()).Select(run => (IReadOnlyList<string>)
                [
                    run.JobName, run.TriggerCode, Time(run.StartedUtc), Time(run.FinishedUtc), run.StatusCode, run.SummaryText ?? "",
                ]));
        }

        context.Screen.Result(new { Ok = lines.All(line => line.IsGood), Checks = lines, Jobs = runs });
        return Task.FromResult(lines.All(line => line.IsGood) ? ExitCode.Done : ExitCode.Failed);
    }

    private static int Compare(WarehouseDatabases databases, string folder, string[] ignored, CommandContext context)
    {
        string file = Path.Combine(folder, "warehouse.duckdb");
        string identity = Path.Combine(folder, "identity.duckdb");
        if (!File.Exists(file) || !File.Exists(identity))
        {
            throw new UsageException($"There is no pair of databases in '{folder}'; expected warehouse.duckdb and identity.duckdb.");
        }

        using WarehouseDatabases other = new(WarehouseOptions.DuckDb(file, identity));
        IReadOnlyList<TableComparisonResult> tables = TableComparison.Run(databases, other, ignored, context.Stop);
        context.Screen.Table(
            "Tables",
            ["table", "rows", "rows there", "checksum", "checksum there", "largest difference of a real number", "result"],
            tables.Select(table => (IReadOnlyList<string>)
            [
                table.Table, Number(table.Rows), Number(table.OtherRows), Start(table.Checksum), Start(table.OtherChecksum),
                table.LargestDifference.ToString("0.#e0", CultureInfo.InvariantCulture), table.IsSame ? "same" : "DIFFERENT",
            ]));
        context.Screen.Result(new { Ok = tables.All(table => table.IsSame), Tables = tables });
        return tables.All(table => table.IsSame) ? ExitCode.Done : ExitCode.Failed;

        static string Number(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "no table";
        static string Start(string checksum) => checksum.Length > 12 ? checksum[..12] : checksum;
    }

    private static string Time(DateTime? utc) => utc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>The outcome of one check.</summary>
internal sealed record CheckLine(string Name, bool IsGood, string Detail);
