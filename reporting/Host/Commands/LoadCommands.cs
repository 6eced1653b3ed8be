using System.CommandLine;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.Link.Review;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>load</c>: take an inbox in.</summary>
internal static class LoadCommand
{
    internal static readonly Option<ulong?> DemoSeed = new("--demo-seed") { Description = "Synthetic data: make person keys from this seed instead of WAREHOUSE__SECRET", HelpName = "N" };

    private static readonly Option<string?> Inbox = new("--inbox") { Description = "Folder with files and manifests; default: Etl:FeedFolder, or inbox in the output folder", HelpName = "DIR" };

    private static readonly Option<bool> Backfill = new("--backfill") { Description = "First load of history: take the extraction time of each file as the time it was known" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("load", "Validate, link and load an inbox; the same inbox again changes nothing") { Inbox, Backfill, DemoSeed },
        ["load --output out", "load --inbox /srv/inbox --backfill --output out", "load --demo-seed 20190401 --output out"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        string inbox = parsed.GetValue(Inbox) ?? Stages.Inbox(context);
        if (!Directory.Exists(inbox))
        {
            throw new UsageException($"There is no inbox at {inbox}. Name it with --inbox, or write a fictional one with 'warehouse city'.");
        }

        byte[] secret = context.Secret(parsed.GetValue(DemoSeed) ?? DemoMark.Read(context.Output)?.Seed);
        using WarehouseDatabases databases = context.Open(mustExist: false);
        (LoadResult load, _) = await Stages.Load(context, databases, inbox, secret, parsed.GetValue(Backfill)).ConfigureAwait(false);
        Show(context.Screen, load);
        context.Screen.Result(load);
        return load.ExitCode;
    }

    internal static void Show(Screen screen, LoadResult load)
    {
        LoadFigures figures = load.Total;
        int known = load.Batch.Files.Count(file => file.Status == "known");
        screen.Line($"{load.Batch.Files.Count} files in the inbox, {known} of them with content taken in already");
        foreach (string fault in load.Faults)
        {
            screen.Line("  " + fault);
        }

        screen.Table(
            "Rows by feed",
            ["feed", "files", "read", "accepted", "quarantined", "repaired", "superseded", "not published"],
            figures.Feeds.Select(feed => (IReadOnlyList<string>)
            [
                feed.Feed, N(feed.FileCount), N(feed.ReadCount), N(feed.StagedCount), N(feed.RejectedCount), N(feed.RepairedCount), N(feed.SupersededCount), N(feed.FailedCount),
            ]));
        if (figures.Rejects.Count > 0)
        {
            screen.Table("Faults of quarantined rows by rule", ["feed", "rule", "rows"], figures.Rejects.Select(reject => (IReadOnlyList<string>)[reject.Feed, reject.RuleCode, N(reject.RowCount)]));
        }

        screen.Line($"{N(figures.Linked.LinkedCount)} of {N(figures.Linked.RecordCount)} source records linked to {N(figures.Linked.PersonCount)} persons");
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary><c>link</c>: decide again to whom records belong.</summary>
internal static class LinkCommand
{
    private static readonly Option<bool> Train = new("--train") { Description = "Train a new model for each system with enough records first; those before stay" };

    private static readonly Option<FileInfo?> Report = new("--report") { Description = "Decide nothing; write a page about the links that stand: rates by source, age, sex, district, persons that look like two, a sample to look at", HelpName = "FILE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("link", "Decide links again with all that is known now; facts follow with history, and a second run changes nothing") { Train, Report, ReviewCommand.Staff },
        ["link --output out", "link --output out --json", "link --train --output out", "link --report links.html --output out"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        if (parsed.GetValue(Report) is { } report)
        {
            await ReviewCommand.Allow(context, databases, parsed.GetValue(ReviewCommand.Staff)!, "report", 0, report.Name).ConfigureAwait(false);
            DateOnly today = DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);
            LinkageReport found = LinkageReport.Read(databases, today);
            await File.WriteAllTextAsync(report.FullName, LinkageReportPage.Of(found, today), context.Stop).ConfigureAwait(false);
            context.Screen.Line($"Report written to {report.FullName}: {N(found.Rates.Where(rate => rate.Kind == "system").Sum(rate => rate.Records))} records, {N(found.Anomalies.Sum(odd => odd.Count))} findings about persons, {N(found.Sample.Count(link => !link.IsSeen))} links of the sample not looked at");
            context.Screen.Result(found);
            return ExitCode.Done;
        }

        (LinkResult result, _) = await Stages.Link(context, databases, parsed.GetValue(Train)).ConfigureAwait(false);
        LinkSummary run = result.Run;
        context.Screen.Line($"{N(run.ReviewedCount)} records decided again by {run.LinkerVersion}: {N(run.MovedCount)} moved to another person, {N(run.ConfirmedCount)} confirmed, {N(run.WithoutMatchCount)} still without a match, {N(run.KeptCount)} kept though no longer found");
        if (run.Moves.Count > 0)
        {
            context.Screen.Table(
                "Moved records by rule",
                ["rule before", "rule now", "records"],
                run.Moves.Select(move => (IReadOnlyList<string>)[move.FromRule, move.ToRule, N(move.RecordCount)]));
        }

        context.Screen.Line($"{N(result.Total.LinkedCount)} of {N(result.Total.RecordCount)} source records linked to {N(result.Total.PersonCount)} persons");
        context.Screen.Result(result);
        return ExitCode.Done;
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
