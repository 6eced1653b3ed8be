using Warehouse.Etl;
using Warehouse.Reporting.Host.Commands;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>The stages that take files in.</summary>
internal static partial class Stages
{
    /// <summary>Returns the folder that departments hand files into.</summary>
    internal static string Inbox(CommandContext context) =>
        context.Options.Etl.FeedFolder.Length > 0 ? context.Options.Etl.FeedFolder : Path.Combine(context.Output, "inbox");

    internal static Task<(LoadResult Result, double Seconds)> Load(CommandContext context, WarehouseDatabases databases, string inbox, byte[] secret, bool backfill) =>
        context.Screen.Stage("load", report =>
        {
            LoadOptions options = new() { Inbox = inbox, Secret = secret, Backfill = backfill, Mappings = context.Options.Mappings(context.Output) };
            Relay<LoadProgress> progress = new(step => report(step.Stage, step.Total == 0 ? 0 : (double)step.Done / step.Total));
            LoadSummary batch = new LoadPipeline(databases, context.Time).Run(options, progress, context.Stop);
            return Task.FromResult(new LoadResult(batch, Figures(databases, context.Time.GetUtcNow().UtcDateTime)));
        });

    internal static Task<(LinkResult Result, double Seconds)> Link(CommandContext context, WarehouseDatabases databases, bool trains) =>
        context.Screen.Stage("link", report =>
        {
            Relay<LoadProgress> progress = new(step => report(step.Stage, step.Total == 0 ? 0 : (double)step.Done / step.Total));
            LinkSummary run = new LoadPipeline(databases, context.Time).Relink(new RelinkOptions { Trains = trains }, progress, context.Stop);
            return Task.FromResult(new LinkResult(run, Figures(databases, context.Time.GetUtcNow().UtcDateTime).Linked));
        });

    private static void LoadChecks(WarehouseDatabases databases, List<CheckLine> lines)
    {
        CheckReport report = Checks.Run(databases);
        lines.Add(new CheckLine("rows, orphans, overlaps, links", report.IsGood, $"{report.Files} files, {report.Rows} rows, {report.Findings.Count} findings"));
        lines.AddRange(report.Findings.Select(finding => new CheckLine(finding.Name, false, $"found {finding.Found}; expected {finding.Expected}")));
    }

    /// <summary>Returns figures of all loads so far.</summary>
    internal static LoadFigures Figures(WarehouseDatabases databases, DateTime now)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return new LoadFigures(
            session.Query<FeedFigures>("query/report_loads"),
            session.Query<RejectFigures>("query/report_rejects"),
            session.QuerySingle<LinkFigures>("query/report_linked", new { as_known_utc = now }));
    }
}

/// <summary>Rows of one feed in all its files.</summary>
internal sealed record FeedFigures(
    string Feed, long FileCount, long ReadCount, long StagedCount, long RejectedCount, long SupersededCount, long RepairedCount, long FailedCount);

/// <summary>Quarantined rows of one feed by rule.</summary>
internal sealed record RejectFigures(string Feed, string RuleCode, long RowCount);

/// <summary>Source records and the persons they belong to.</summary>
internal sealed record LinkFigures(long RecordCount, long LinkedCount, long PersonCount);

/// <summary>What deciding again did, and what there is now.</summary>
internal sealed record LinkResult(LinkSummary Run, LinkFigures Total);

/// <summary>What is in the warehouse after loading.</summary>
internal sealed record LoadFigures(IReadOnlyList<FeedFigures> Feeds, IReadOnlyList<RejectFigures> Rejects, LinkFigures Linked);

/// <summary>What one inbox did, and what is there now.</summary>
internal sealed record LoadResult(LoadSummary Batch, LoadFigures Total)
{
    /// <summary>The exit code of the batch.</summary>
    public int ExitCode => Batch.ExitCode;

    /// <summary>One line a file that was not taken in.</summary>
    public IEnumerable<string> Faults => Batch.Files.Where(file => file.Status == "failed")
        .Select(file => $"{file.FileName} was not taken in: {file.ErrorCode} {Screen.OneLine(file.ErrorText ?? "")}");
}
