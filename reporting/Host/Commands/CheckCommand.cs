using System.CommandLine;
using System.Globalization;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>check</c>: everything that must hold.</summary>
internal static class CheckCommand
{
    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("check", "Check schema, row accounting, orphans, uniqueness, access log and jobs; exit code 1 on any failure"),
        ["check --output out", "check --output out --json"],
        Act);

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
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

    private static string Time(DateTime? utc) => utc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>The outcome of one check.</summary>
internal sealed record CheckLine(string Name, bool IsGood, string Detail);
