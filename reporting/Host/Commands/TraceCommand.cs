using System.CommandLine;
using System.Globalization;
using Warehouse.Model;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Trace;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>trace</c>: the way of a value from file and line to staged row, fact, feature, condition and reason.</summary>
internal static class TraceCommand
{
    private const int ShownFacts = 12;

    private static readonly Option<long?> Child = new("--child") { Description = "Key of one child: its reasons, back to the lines of files", HelpName = "KEY" };
    private static readonly Option<long?> Record = new("--record") { Description = "Key of one source record: its links, facts and lines", HelpName = "KEY" };
    private static readonly Option<string> Staff = new("--staff") { Description = "Account of the caseworker on whose behalf data is read; written to the access log", DefaultValueFactory = _ => Stages.DemoCaseworker };
    private static readonly Option<string> Purpose = new("--purpose") { Description = string.Join(", ", Purposes.All.Keys), DefaultValueFactory = _ => "inquiry" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("trace", "Show the way of a value from file and line to staged row, fact, feature and reason; logged like a brief") { Child, Record, Staff, Purpose };
        command.Validators.Add(result =>
        {
            if (new Option[] { Child, Record }.Count(option => result.GetResult(option) is not null) != 1)
            {
                result.AddError("Give exactly one of --child and --record.");
            }
        });
        return (command, ["trace --child 123456 --output out", "trace --child 123456 --purpose support --output out --json", "trace --record 987654 --staff caseworker --output out"], Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        StaffMember member = new StaffAccounts(databases, context.Time).Find(parsed.GetValue(Staff)!)
            ?? throw new UsageException($"There is no open account '{parsed.GetValue(Staff)}'. Name a caseworker with --staff.");
        AccessReason reason = new(member, parsed.GetValue(Purpose)!);
        BriefReader reader = new(databases, audit);
        TraceReader trace = new(databases, reader, audit);
        if (parsed.GetValue(Child) is { } child)
        {
            await OfChild(context, databases, reader, trace, child, reason).ConfigureAwait(false);
        }
        else
        {
            await OfRecord(context, reader, trace, parsed.GetValue(Record)!.Value, reason).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static async Task OfChild(CommandContext context, WarehouseDatabases databases, BriefReader reader, TraceReader trace, long child, AccessReason reason)
    {
        (DateOnly asOf, DateTime known) = reader.Now();
        if (!await trace.OpenChild(child, asOf, known, reason, "reasons", context.Stop).ConfigureAwait(false))
        {
            throw new UsageException($"No child {child} was known on {asOf:yyyy-MM-dd}. Keys come from the worklist.");
        }

        Screen screen = context.Screen;
        (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? score = reader.ReadScore(child, asOf, known);
        DateTime at = score?.Score.AsKnownUtc ?? known;
        IReadOnlyList<TracedReason> reasons = score is { } scored ? ReasonTrace.Read(databases, child, scored.Score.SnapshotDate, at) : [];
        (IReadOnlyList<TracedFact> facts, IReadOnlyList<StagedRow> others) = trace.Read(child, 0, at);
        if (score is { } written)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"Child {child}: score of {written.Score.SnapshotDate:yyyy-MM-dd} by model {written.Score.ModelRunId}, as known on {at:yyyy-MM-dd HH:mm} UTC; {reasons.Count} reasons"));
            facts = facts.Where(fact => fact.ItemDate < written.Score.SnapshotDate).ToList();
        }
        else
        {
            screen.Line($"Child {child} has no score; its facts follow.");
        }

        if (reasons.Count == 0)
        {
            screen.Line(score is null ? "" : "The score has no reasons: it is withheld, or it is of an earlier model.");
            ShowFacts(screen, "Facts", facts);
        }

        var traced = reasons.Select(one => new
        {
            one.Side,
            one.Rank,
            one.RuleCode,
            one.Text,
            one.Weight,
            Items = one.Items.Select(item => new
            {
                item.Text,
                item.Feature,
                item.JapaneseName,
                item.Value,
                item.Unit,
                item.Feed,
                item.Sources,
                Facts = facts.Where(fact => fact.Feed == item.Feed).ToList(),
            }).ToList(),
        }).ToList();
        foreach (var one in traced)
        {
            screen.Line();
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"{one.Side} {one.Rank} {one.RuleCode}: {one.Text} (weight {one.Weight:+0.000;-0.000;0.000})"));
            foreach (var item in one.Items)
            {
                screen.Line($"  condition: {item.Text}");
                screen.Line($"  feature {item.Feature} ({item.JapaneseName}) = {(item.Value is null ? "nothing on record" : item.Value + item.Unit)}, from {string.Join(", ", item.Sources)}");
                ShowFacts(screen, "Facts of " + item.Feed, item.Facts);
            }
        }

        screen.Result(new
        {
            ChildKey = child,
            Score = score?.Score,
            Reasons = traced,
            Facts = reasons.Count == 0 ? facts : [],
            RowsWithoutFact = others.Count,
            Feeds = facts.Select(fact => fact.Feed).Distinct(),
        });
    }

    private static async Task OfRecord(CommandContext context, BriefReader reader, TraceReader trace, long record, AccessReason reason)
    {
        (DateOnly asOf, DateTime known) = reader.Now();
        IReadOnlyList<TracedLink> links = trace.Links(record);
        long person = links.LastOrDefault(link => link.KnownFromUtc <= known && link.KnownToUtc > known)?.PersonKey ?? 0;
        string objectId = "record " + record.ToString(CultureInfo.InvariantCulture);
        if (person != 0 && trace.IsChild(person, asOf, known))
        {
            await trace.OpenChild(person, asOf, known, reason, objectId, context.Stop).ConfigureAwait(false);
        }
        else
        {
            await trace.OpenOther(person, reason, objectId, context.Stop).ConfigureAwait(false);
        }

        if (links.Count == 0)
        {
            throw new UsageException($"There is no record {record}. Keys of records are in the result of 'warehouse trace --child KEY --json'.");
        }

        (IReadOnlyList<TracedFact> facts, IReadOnlyList<StagedRow> others) = trace.Read(person, record, known);
        context.Screen.Table("Links of the record", ["person", "known from", "known to"], links.Select(link => (IReadOnlyList<string>)
            [link.PersonKey.ToString(CultureInfo.InvariantCulture), Time(link.KnownFromUtc), link.KnownToUtc.Year == 9999 ? "" : Time(link.KnownToUtc)]));
        ShowFacts(context.Screen, "Facts of the record", facts);
        context.Screen.Table("Staged rows that no fact shows (said again, or replaced)", ["feed", "date", "codes", "file", "line"], others.Take(ShownFacts).Select(row => (IReadOnlyList<string>)
            [row.Feed, Day(row.ItemDate), row.DetailText, row.FileName, row.LineNumber.ToString(CultureInfo.InvariantCulture)]));
        if (others.Count > ShownFacts)
        {
            context.Screen.Line($"and {others.Count - ShownFacts} more; --json has all");
        }

        context.Screen.Result(new { RecordKey = record, PersonKey = person, Links = links, Facts = facts, RowsWithoutFact = others });
    }

    private static void ShowFacts(Screen screen, string title, IReadOnlyList<TracedFact> facts)
    {
        screen.Table(
            title,
            ["fact", "date", "codes", "known from (UTC)", "record", "file", "line"],
            facts.OrderByDescending(fact => fact.ItemDate).Take(ShownFacts).Select(fact => (IReadOnlyList<string>)
            [
                fact.TableName, Day(fact.ItemDate), fact.DetailText, Time(fact.KnownFromUtc), fact.RecordKey.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', fact.Rows.Select(row => row.FileName).Distinct(StringComparer.Ordinal)), Lines(fact.Rows),
            ]));
        if (facts.Count > ShownFacts)
        {
            screen.Line($"and {facts.Count - ShownFacts} earlier; --json has all");
        }
    }

    private static string Lines(IReadOnlyList<StagedRow> rows) => rows.Count switch
    {
        0 => "",
        <= 3 => string.Join(", ", rows.Select(row => row.LineNumber.ToString(CultureInfo.InvariantCulture))),
        _ => string.Create(CultureInfo.InvariantCulture, $"{rows.Min(row => row.LineNumber)} … {rows.Max(row => row.LineNumber)} ({rows.Count} lines)"),
    };

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
