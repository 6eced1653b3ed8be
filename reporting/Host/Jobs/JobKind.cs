using Warehouse.Etl;
using Warehouse.Etl.Jobs;
using Warehouse.Model;
using Warehouse.Model.Jobs;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>What runs under a name of the schedule.</summary>
/// <param name="Name">The name in the schedule and in the history.</param>
/// <param name="Type">The shell that Quartz makes; it puts its outcome into the result of the run.</param>
/// <param name="Describe">Returns one line on an outcome, without personal data; throws where the outcome is a failure.</param>
public sealed record JobKind(string Name, Type Type, Func<object?, string> Describe)
{
    /// <summary>The jobs of the program.</summary>
    public static readonly IReadOnlyList<JobKind> All =
    [
        new("load", typeof(LoadJob), outcome => OfLoad((LoadSummary)outcome!)),
        new("link", typeof(LinkJob), outcome => OfLink((LinkSummary)outcome!)),
        new("score", typeof(ScoreJob), outcome => Stages.Describe((ScoreSummary)outcome!)),
        new("brief", typeof(BriefJob), outcome => (string)outcome!),
        new("statistics", typeof(StatisticsJob), outcome => (string)outcome!),
    ];

    private static string OfLink(LinkSummary link) =>
        $"{link.ReviewedCount} records decided again, {link.MovedCount} moved, {link.KeptCount} kept though no longer found, {link.HandedOverCount} links handed over";

    // A file that was not taken in fails the run, so that somebody looks; what the other files brought is published.
    private static string OfLoad(LoadSummary load) => load.ExitCode == ExitCode.Done
        ? $"{load.Files.Count} files, {load.Files.Count(file => file.Status == "known")} known, {load.Files.Sum(file => file.Staged)} rows accepted, {load.Files.Sum(file => file.Rejected)} quarantined"
        : throw new WarehouseException(string.Join("; ", load.Files.Where(file => file.Status == "failed").Select(file => $"{file.Feed}: {file.ErrorCode} {Screen.OneLine(file.ErrorText ?? "")}")));
}
