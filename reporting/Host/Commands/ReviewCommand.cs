using System.CommandLine;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Review;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>review</c>: links that wait for a person, decisions about them, and their undo.</summary>
internal static class ReviewCommand
{
    private static readonly Argument<string> Verb = new("verb") { Description = "list, show, assign, split, merge, reject, undo or events" };
    private static readonly Option<long[]> Record = new("--record") { Description = "A source record; several for assign and split, two for reject", HelpName = "KEY" };
    private static readonly Option<long?> Person = new("--person") { Description = "assign: the person that the records belong to; merge: the person that ends; show: a person", HelpName = "KEY" };
    private static readonly Option<long?> Into = new("--into") { Description = "merge: the person that stays", HelpName = "KEY" };
    private static readonly Option<long?> Event = new("--event") { Description = "undo: the decision to take back", HelpName = "N" };
    internal static readonly Option<string> Staff = new("--staff") { Description = "Account with the role linkage; written to the access log and beside the decision", DefaultValueFactory = _ => "linkage", HelpName = "ID" };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why, in words; kept with the decision", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    private static readonly Option<bool> WithScore = new("--with-score") { Description = "Show the linker's probability and weights as well; look at the records first" };
    private static readonly Option<bool> LaterOption = new("--later") { Description = "Leave the facts to the next load or link run; for many decisions in a row" };
    private static readonly Option<int> Limit = new("--limit") { Description = "list: pairs shown", DefaultValueFactory = _ => 20, HelpName = "N" };

    // More columns than this do not fit a screen; --json has all.
    private const int MaxShown = 5;

    private static readonly string[] FieldNames = ["source", "name", "kana", "birth", "sex", "address", "guardian", "record"];

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Verb.AcceptOnlyFromAmong("list", "show", "assign", "split", "merge", "reject", "undo", "events");
        Command command = new("review", "Decide which records are one person where the program is not sure; every decision can be taken back")
        {
            Verb, Record, Person, Into, Event, Staff, Reason, WithScore, LaterOption, Limit, LoadCommand.DemoSeed,
        };
        command.Validators.Add(result =>
        {
            string verb = result.GetResult(Verb)?.Tokens is [{ Value: var text }] ? text : "";
            int records = result.GetResult(Record)?.Tokens.Count ?? 0;
            bool hasPerson = result.GetResult(Person) is not null;
            string? fault = verb switch
            {
                "show" when (records == 1) == hasPerson => "show needs --record or --person.",
                "assign" when records == 0 || !hasPerson => "assign needs --record and --person.",
                "split" when records == 0 => "split needs --record.",
                "merge" when !hasPerson || result.GetResult(Into) is null => "merge needs --person and --into.",
                "reject" when records != 2 => "reject needs --record twice.",
                "undo" when result.GetResult(Event) is null => "undo needs --event.",
                _ => null,
            };
            if (fault is not null)
            {
                result.AddError(fault);
            }
            else if (verb is "assign" or "split" or "merge" or "reject" or "undo" && result.GetResult(Reason) is null or { Implicit: true })
            {
                result.AddError($"{verb} needs --reason.");
            }
        });
        return (command,
            [
                "review list --output out",
                "review show --record 123456 --output out",
                "review assign --record 123456 --person 7890 --reason 双子の弟の記録 --output out",
                "review split --record 123456 --reason 別人 --output out",
                "review reject --record 123456 --record 654321 --reason 生年月日が違う --output out",
                "review undo --event 3 --reason 見直し --output out",
            ],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        string verb = parsed.GetValue(Verb)!;
        long[] records = parsed.GetValue(Record) ?? [];
        long? person = parsed.GetValue(Person);
        StaffMember member = await Allow(context, databases, parsed.GetValue(Staff)!, verb, person ?? 0, string.Join(' ', records)).ConfigureAwait(false);
        LinkReview review = new(databases, context.Time);
        Reviewer by = new(member.StaffId, parsed.GetValue(Reason)!);
        switch (verb)
        {
            case "list":
                return List(context.Screen, review, parsed.GetValue(Limit), parsed.GetValue(WithScore));
            case "show":
                return await Show(context, databases, member, review, records is [var record] ? record : null, person, parsed.GetValue(WithScore)).ConfigureAwait(false);
            case "events":
                return Events(context.Screen, review);
        }

        DecidedLink done = verb switch
        {
            "assign" => review.Assign(records, person!.Value, by),
            "split" => review.Split(records, by, new KeyMint(context.Secret(parsed.GetValue(LoadCommand.DemoSeed) ?? DemoMark.Read(context.Output)?.Seed))),
            "merge" => review.Merge(person!.Value, parsed.GetValue(Into)!.Value, by),
            "reject" => review.Reject(records[0], records[1], by),
            _ => review.Undo(parsed.GetValue(Event)!.Value, by),
        };
        context.Screen.Line($"Decision {N(done.EventId)} ({done.EventCode}): {N(done.Moved.Count)} records moved");
        context.Screen.Table("Moved", ["record", "from person", "to person"], done.Moved.Select(moved => (IReadOnlyList<string>)[N(moved.RecordKey), N(moved.PersonBefore), N(moved.PersonAfter)]));
        long handedOver = 0;
        if (done.Moved.Count > 0 && !parsed.GetValue(LaterOption))
        {
            handedOver = new LoadPipeline(databases, context.Time).Relink(new RelinkOptions { DecideAgain = false }, null, context.Stop).HandedOverCount;
            context.Screen.Line($"Facts of {N(handedOver)} records were taken along; then 'warehouse score' and 'warehouse brief --top 10' make scores and briefs again.");
        }
        else if (done.Moved.Count > 0)
        {
            context.Screen.Line("Facts follow with the next load or link run.");
        }

        context.Screen.Result(new { done.EventId, done.EventCode, done.Moved, HandedOver = handedOver });
        return ExitCode.Done;
    }

    private static int List(Screen screen, LinkReview review, int limit, bool withScore)
    {
        IReadOnlyList<ReviewPair> pairs = review.Queue();
        screen.Line($"{N(pairs.Count)} pairs of {N(pairs.Select(pair => pair.RecordKey).Distinct().Count())} records wait for a decision");
        string[] columns = ["record", "its person", "may belong to person", "by record"];
        screen.Table("Review queue", withScore ? [.. columns, "probability", "bits"] : columns, pairs.Take(limit).Select(pair =>
        {
            string[] cells = [N(pair.RecordKey), N(pair.PersonKey), N(pair.OtherPersonKey), N(pair.OtherRecordKey)];
            return (IReadOnlyList<string>)(withScore ? [.. cells, F(pair.Posterior, "0.0000"), F(pair.WeightBits, "0.0")] : cells);
        }));
        screen.Result(new
        {
            Waiting = pairs.Count,
            Pairs = pairs.Take(limit).Select(pair => new
            {
                pair.RecordKey,
                pair.PersonKey,
                pair.OtherPersonKey,
                pair.OtherRecordKey,
                Posterior = withScore ? pair.Posterior : (double?)null,
                WeightBits = withScore ? pair.WeightBits : (double?)null,
                Evidence = withScore ? pair.Evidence : null,
            }),
        });
        return ExitCode.Done;
    }

    // The record in question first, then each person that it may be, twins of that person among them.
    private static async Task<int> Show(CommandContext context, WarehouseDatabases databases, StaffMember member, LinkReview review, long? record, long? person, bool withScore)
    {
        Screen screen = context.Screen;
        long own = record is { } key ? review.PersonOf(key) : person!.Value;
        IReadOnlyList<ReviewRecord> records = review.Records(own);
        if (records.Count == 0)
        {
            throw new UsageException($"Person {own} has no records. Keys come from 'warehouse review list'.");
        }

        List<ReviewPair> pairs = [.. review.Queue().Where(pair => pair.RecordKey == record || (record is null && pair.PersonKey == own))];
        List<long> others = [.. pairs.Select(pair => pair.OtherPersonKey).Distinct()];
        others.AddRange(others.Append(own).SelectMany(review.Twins).Where(twin => twin != own && !others.Contains(twin)).Distinct().ToList());
        // Each person whose identity is shown is a row of the access log, before anything is shown.
        await using (AuditTrail audit = new(databases, context.Time))
        {
            await audit.Record([.. others.Prepend(own).Select(shown => new AuditEntry(member.StaffId, member.RoleCode, "link_view", "allowed", shown))], context.Stop).ConfigureAwait(false);
        }

        ReviewRecord subject = records.FirstOrDefault(one => one.RecordKey == record) ?? records[0];
        List<(string Title, ReviewRecord Record)> shown = [("record", subject)];
        shown.AddRange(records.Where(one => one.RecordKey != subject.RecordKey).Take(4).Select(one => ("same person", one)));
        shown.AddRange(others.SelectMany(other => review.Records(other).Take(2).Select(one => ("person " + N(other), one))));
        // Records stand beside each other, fields below each other.
        IReadOnlyList<string>[] columns = [.. shown.Take(MaxShown).Select(one => Column(one.Record, subject))];
        screen.Table(
            $"Record {N(subject.RecordKey)} of person {N(own)}: [ ] differs, ( ) another form of the character",
            ["", .. shown.Take(MaxShown).Select(one => one.Title)],
            FieldNames.Select((name, i) => (IReadOnlyList<string>)[name, .. columns.Select(column => column[i])]));
        if (withScore)
        {
            screen.Table("What the linker found", ["person", "probability", "bits", "fields"], pairs.Select(pair => (IReadOnlyList<string>)
                [N(pair.OtherPersonKey), F(pair.Posterior, "0.0000"), F(pair.WeightBits, "0.0"), pair.Evidence.Replace(";", " ", StringComparison.Ordinal)]));
        }
        else if (pairs.Count > 0)
        {
            screen.Line("Decide by the records; --with-score shows what the linker found.");
        }

        screen.Result(new { RecordKey = record, PersonKey = own, Records = records, Others = others.Select(other => new { PersonKey = other, Records = review.Records(other) }), Pairs = withScore ? pairs : null });
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Column(ReviewRecord record, ReviewRecord subject)
    {
        bool isSubject = record.RecordKey == subject.RecordKey;
        string birth = record.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
        return
        [
            record.SystemCode,
            Marked(record.NameKanji, subject.NameKanji, isSubject),
            Marked(record.NameKana, subject.NameKana, isSubject),
            isSubject || record.BirthDate is null || record.BirthDate == subject.BirthDate ? birth : $"[{birth}]",
            record.SexCode switch { 1 => "男", 2 => "女", _ => "" },
            Marked(record.Address, subject.Address, isSubject),
            Marked(record.GuardianName, subject.GuardianName, isSubject),
            N(record.RecordKey),
        ];
    }

    private static string Marked(string? text, string? subject, bool isSubject) =>
        isSubject || string.IsNullOrWhiteSpace(text) || string.IsNullOrWhiteSpace(subject) ? text ?? "" : NameDifference.Mark(text, subject).Left;

    private static int Events(Screen screen, LinkReview review)
    {
        IReadOnlyList<LinkEvent> events = review.Events();
        screen.Table("Decisions", ["no", "what", "by", "when (UTC)", "reason", ""], events.Select(one => (IReadOnlyList<string>)
        [
            N(one.EventId), one.EventCode + (one.UndoneEventId is { } undone ? " " + N(undone) : ""), one.StaffId,
            one.DecidedUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), one.Reason, one.UndoneByEventId is { } by ? "taken back by " + N(by) : "",
        ]));
        screen.Result(new { Events = events });
        return ExitCode.Done;
    }

    /// <summary>Returns the account where it may see and decide links; the attempt is a row of the access log either way.</summary>
    internal static async Task<StaffMember> Allow(CommandContext context, WarehouseDatabases databases, string staffId, string verb, long person, string what)
    {
        await using AuditTrail audit = new(databases, context.Time);
        StaffMember member = new StaffAccounts(databases, context.Time).Find(staffId)
            ?? throw new UsageException($"There is no open account '{staffId}'. Name an account with the role {Roles.Linkage} with --staff.");
        bool isAllowed = member.RoleCode == Roles.Linkage;
        string about = what.Length <= 100 ? what : what[..100];
        await audit.Record(new AuditEntry(member.StaffId, member.RoleCode, "link_" + verb, isAllowed ? "allowed" : "refused", person, ObjectId: about), context.Stop).ConfigureAwait(false);
        return isAllowed ? member : throw new AccessRefusedException($"only an account with the role {Roles.Linkage} may see and decide links");
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string F(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
