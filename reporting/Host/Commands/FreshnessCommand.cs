using System.CommandLine;
using System.Globalization;
using Warehouse.Reporting.Freshness;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>freshness</c>: what is late, what is missing, whom the sources cover and what scores would lose without them.</summary>
internal static class FreshnessCommand
{
    private static readonly Option<DateOnly?> AsOf = new("--as-of") { Description = "Day on which files are judged; default: today, for a demo the day of its last file", HelpName = "DATE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("freshness", "Show late and missing files of each source, the children it covers and what scores would lose without it") { AsOf },
        ["freshness --output out", "freshness --as-of 2025-04-20 --output out --json"],
        Act);

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        FreshnessReport report = new FreshnessStage(context, databases).Read(parsed.GetValue(AsOf));
        Screen screen = context.Screen;
        screen.Table(
            $"Files on {report.AsOf:yyyy-MM-dd}",
            ["source", "department", "due", "state", "last period", "last receipt", "missing", "late (most days)", "refused"],
            report.Sources.Select(source => (IReadOnlyList<string>)
            [
                source.Terms.Feed, source.Terms.Department, source.NextDue?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", Word(source.State),
                source.LastPeriodTo?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", source.LastReceived?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
                Months(source.Missing), source.Late.Count == 0 ? "" : $"{source.Late.Count} ({source.Late.Max(late => late.Days)})", Number(source.RefusedCount),
            ]));
        screen.Table(
            $"Children ({report.ChildCount.ToString("N0", CultureInfo.InvariantCulture)} residents in {report.Month:yyyy-MM}) and scores ({report.ListedCount} listed on {report.ScoreDate:yyyy-MM-dd}), without the source",
            ["source", "children covered", "share", "features", "used by the model", "listed with a reason from it", "listed with another band", "listed and no longer scored"],
            report.Sources.Select(source => (IReadOnlyList<string>)
            [
                source.Terms.Feed, source.ChildCount?.ToString("N0", CultureInfo.InvariantCulture) ?? "",
                source.ChildCount is { } covered && report.ChildCount > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * covered / report.ChildCount:0.0} %") : "",
                Number(source.Loss?.FeatureCount), Number(source.Loss?.UsedCount), Number(source.Loss?.RestingCount), Number(source.Loss?.BandChangedCount), Number(source.Loss?.WithheldCount),
            ]));
        screen.Table(
            "Children by the number of sources that know them",
            ["sources", "children"],
            report.BySourceCount.Select(line => (IReadOnlyList<string>)[Number(line.SourceCount), line.ChildCount.ToString("N0", CultureInfo.InvariantCulture)]));
        screen.Result(new
        {
            report.AsOf,
            report.Month,
            report.ChildCount,
            report.BySourceCount,
            report.ScoreDate,
            report.ListedCount,
            Sources = report.Sources.Select(source => new
            {
                source.Terms.Feed,
                source.Terms.Title,
                source.Terms.Department,
                source.Terms.PeriodMonths,
                source.Terms.ExpectedDay,
                source.Terms.GraceDays,
                source.Terms.IsRequired,
                State = Word(source.State),
                source.LastPeriodTo,
                source.LastReceived,
                source.NextDue,
                source.Missing,
                source.Late,
                source.RefusedCount,
                source.ChildCount,
                source.Loss,
            }),
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static string Word(FreshnessState state) => state switch
    {
        FreshnessState.Current => "current",
        FreshnessState.Waiting => "waiting",
        FreshnessState.Gap => "gap",
        FreshnessState.Overdue => "overdue",
        FreshnessState.Never => "never came",
        _ => "not used",
    };

    private static string Months(IReadOnlyList<DateOnly> months) => months.Count == 0 ? ""
        : string.Join(' ', months.TakeLast(3).Select(month => month.ToString("yyyy-MM", CultureInfo.InvariantCulture))) + (months.Count > 3 ? $" and {months.Count - 3} earlier" : "");

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
