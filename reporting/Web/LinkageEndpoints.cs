using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Review;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Web;

/// <summary>One record of the queue with all persons that it may belong to.</summary>
/// <param name="RecordKey">The record.</param>
/// <param name="Others">How many records of other persons it was compared with.</param>
/// <param name="MadeUtc">When the linker left it to a person.</param>
/// <param name="UnsureBy">Who could not say, newest first; empty where nobody looked.</param>
public sealed record QueuedRecord(long RecordKey, int Others, DateTime MadeUtc, IReadOnlyList<string> UnsureBy);

/// <summary>One column of the comparison.</summary>
/// <param name="Kind"><c>subject</c>, <c>own</c>, <c>other</c> or <c>twin</c>.</param>
/// <param name="Person">1 for the first person that the record may belong to, and so on; 0 for its own.</param>
/// <param name="Record">The record.</param>
public sealed record ComparedRecord(string Kind, int Person, ReviewRecord Record);

/// <summary>A record of the queue as a reviewer sees it.</summary>
/// <param name="Subject">The record in question.</param>
/// <param name="Columns">The record itself, other records of its person, records of the persons that it may belong to, their twins.</param>
/// <param name="Pairs">The pairs that wait, one a person; what the linker found is shown only where it was asked for.</param>
/// <param name="OwnCount">Records of the person that the record belongs to now.</param>
public sealed record LinkCase(ReviewRecord Subject, IReadOnlyList<ComparedRecord> Columns, IReadOnlyList<ReviewPair> Pairs, int OwnCount);

/// <summary>What came of a decision about links.</summary>
/// <param name="FormId">The form that decided; empty where none did.</param>
/// <param name="Fault">Why nothing was decided, in Japanese; null where it was.</param>
/// <param name="Code">The same as a code that does not change.</param>
/// <param name="WithScore">Whether the form showed what the linker had found.</param>
internal sealed record LinkAnswer(string FormId, string? Fault, string Code, bool WithScore);

/// <summary>Pages on which staff decide which records are one person; the service behind them is that of <c>warehouse review</c>.</summary>
internal static class LinkageEndpoints
{
    internal const int PageSize = 100;

    // More columns than this cannot be compared by eye.
    private const int MostOwn = 3;
    private const int MostOfOne = 2;

    private const string Blind = "link-blind";
    private const string Scored = "link-scored";

    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("/links").RequireAuthorization(Policies.Linkage).ExcludeFromDescription();
        group.MapGet("", Queue);
        group.MapGet("/{recordKey:long}", (long recordKey, bool? score, HttpContext context) => Case(recordKey, score == true, null, context));
        group.MapPost("/{recordKey:long}", Decide);
        group.MapGet("/forms/{formId}", Form);
        group.MapGet("/persons/{personKey:long}", (long personKey, HttpContext context) => Person(personKey, null, null, context));
        group.MapPost("/persons/{personKey:long}/split", SplitForm);
        group.MapGet("/decisions", (Delegate)((HttpContext context) => Decisions(null, context)));
        group.MapPost("/decisions/{eventId:long}/undo", Undo);
        group.MapPost("/apply", (Delegate)Apply);
    }

    private static async Task<IResult> Queue(int? page, HttpContext context)
    {
        (int total, IReadOnlyList<QueuedRecord> records, int shown, int last) = await Waiting(page, context).ConfigureAwait(false);
        return WebServer.Page<LinksPage>(new { Member = context.User.Member(), Total = total, Records = records, Number = shown, Last = last });
    }

    // A page of the queue; the reading is in the log.
    internal static async Task<(int Total, IReadOnlyList<QueuedRecord> Records, int Page, int Last)> Waiting(int? page, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        LinkReview review = Review(context);
        ILookup<long, SentForm> unsure = review.Unsure().ToLookup(form => form.RecordKey);
        await Note(context, "link_list", 0, "").ConfigureAwait(false);
        // What nobody has looked at comes first, what this reviewer could not decide last; within that the order of the queue.
        List<QueuedRecord> records =
        [
            .. review.Queue().GroupBy(pair => pair.RecordKey)
                .Select(pairs => new QueuedRecord(pairs.Key, pairs.Count(), pairs.Min(pair => pair.MadeUtc), [.. unsure[pairs.Key].Select(form => form.StaffId).Distinct(StringComparer.Ordinal)]))
                .OrderBy(record => record.UnsureBy.Contains(member.StaffId) ? 2 : record.UnsureBy.Count > 0 ? 1 : 0),
        ];
        int last = Math.Max(1, (records.Count + PageSize - 1) / PageSize);
        int shown = Math.Clamp(page ?? 1, 1, last);
        return (records.Count, [.. records.Skip((shown - 1) * PageSize).Take(PageSize)], shown, last);
    }

    private static async Task<IResult> Case(long recordKey, bool withScore, string? fault, HttpContext context)
    {
        if (await Open(recordKey, withScore, context).ConfigureAwait(false) is not { } found)
        {
            return Results.NotFound();
        }

        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        return WebServer.Page<LinkCasePage>(new { Member = context.User.Member(), found.Case, WithScore = withScore, found.Ticket, Fault = fault });
    }

    // A record that waits, with the ticket of its decision; null where it does not wait.
    internal static async Task<(LinkCase Case, string Ticket)?> Open(long recordKey, bool withScore, HttpContext context)
    {
        if (Read(Review(context), recordKey) is not { } found)
        {
            await Note(context, "link_view", 0, "record " + N(recordKey), "unknown").ConfigureAwait(false);
            return null;
        }

        // Each person whose identity is shown is a row of the access log, before anything is shown.
        StaffMember member = context.User.Member()!;
        List<AuditEntry> rows = [.. found.Columns.Select(column => column.Record.PersonKey).Distinct().Select(person => new AuditEntry(member.StaffId, member.RoleCode, "link_view", "allowed", person))];
        if (withScore)
        {
            rows.Add(new AuditEntry(member.StaffId, member.RoleCode, "link_score", "allowed", found.Subject.PersonKey, "", "record " + N(recordKey)));
        }

        await context.RequestServices.GetRequiredService<AuditTrail>().Record(rows, context.RequestAborted).ConfigureAwait(false);
        return (found, Ticket(context, recordKey, withScore ? Scored : Blind));
    }

    private static async Task<IResult> Decide(long recordKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string[] choice = form["decision"].ToString().Split(':');
        _ = long.TryParse(choice[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long other);
        LinkAnswer answer = await Settle(
            recordKey, form["ticket"].ToString(), choice.Length == 2 ? choice[0] : "", other, form["scope"].ToString() == "all", form["reason"].ToString(), context).ConfigureAwait(false);
        return answer.Fault is null ? Results.Redirect("/links/forms/" + answer.FormId) : await Case(recordKey, answer.WithScore, answer.Fault, context).ConfigureAwait(false);
    }

    // Decides one pair that waits.
    internal static async Task<LinkAnswer> Settle(long recordKey, string ticketText, string decision, long other, bool isWhole, string reason, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        CaseTickets tickets = context.RequestServices.GetRequiredService<CaseTickets>();
        CaseTicket? ticket = tickets.Open(ticketText, member.StaffId, recordKey, Scored) ?? tickets.Open(ticketText, member.StaffId, recordKey, Blind);
        LinkReview review = Review(context);
        if (ticket is null || decision is not ("same" or "different" or "unsure") || other == 0)
        {
            await Note(context, "link_decide", 0, "record " + N(recordKey), "refused").ConfigureAwait(false);
            return new LinkAnswer("", ticket is null ? Stale : "判断を一つ選び、理由を書いてください。", ticket is null ? "ticket-refused" : "invalid", false);
        }

        if (review.Form(ticket.Id) is not null)
        {
            return new LinkAnswer(ticket.Id, null, "", false);
        }

        // Only what waits can be decided here: the page shows nothing else.
        ReviewPair? pair = review.Queue().FirstOrDefault(one => one.RecordKey == recordKey && one.OtherRecordKey == other);
        Reviewer by = new(member.StaffId, reason) { Form = new ReviewForm(ticket.Id, recordKey, other, ticket.Subject == Scored) };
        string verb = decision switch { "same" => isWhole ? "link_merge" : "link_assign", "different" => "link_reject", _ => "link_unsure" };
        await Note(context, verb, pair?.PersonKey ?? 0, $"{N(recordKey)} {N(other)}", pair is null ? "refused" : "allowed").ConfigureAwait(false);
        if (pair is null)
        {
            return new LinkAnswer("", "この組み合わせは、もう確認待ちではありません。ほかの職員が先に決めたか、名寄せをやり直しています。", "not-waiting", false);
        }

        (string? fault, string code) = Try(() =>
        {
            switch (verb)
            {
                case "link_assign":
                    review.Assign([recordKey], pair.OtherPersonKey, by);
                    break;
                case "link_merge":
                    review.Merge(pair.PersonKey, pair.OtherPersonKey, by);
                    break;
                case "link_reject":
                    review.Reject(recordKey, other, by);
                    break;
                default:
                    review.CannotSay(by);
                    break;
            }
        });
        return new LinkAnswer(ticket.Id, fault, code, ticket.Subject == Scored);
    }

    private static async Task<IResult> Form(string formId, HttpContext context)
    {
        if (await Sent(formId, context).ConfigureAwait(false) is not { } form)
        {
            return Results.NotFound();
        }

        LinkReview review = Review(context);
        return WebServer.Page<LinkFormPage>(new
        {
            Member = context.User.Member(),
            Form = form,
            Pair = review.Pair(form.RecordKey, form.OtherRecordKey),
            Waiting = review.Queue().Select(pair => pair.RecordKey).Distinct().Count(),
        });
    }

    // A form that was sent, or null; the reading is in the log.
    internal static async Task<SentForm?> Sent(string formId, HttpContext context)
    {
        SentForm? form = formId.Length == 32 ? Review(context).Form(formId) : null;
        await Note(context, "link_form", 0, formId.Length <= 40 ? formId : "", form is null ? "unknown" : "allowed").ConfigureAwait(false);
        return form;
    }

    private static async Task<IResult> Decisions(string? fault, HttpContext context)
    {
        (int total, IReadOnlyList<LinkEvent> events, string ticket) = await Decided(context).ConfigureAwait(false);
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        return WebServer.Page<LinkDecisionsPage>(new { Member = context.User.Member(), Events = events, Total = total, Ticket = ticket, Fault = fault });
    }

    // The last decisions, newest first, and the ticket of an undo; the reading is in the log.
    internal static async Task<(int Total, IReadOnlyList<LinkEvent> Events, string Ticket)> Decided(HttpContext context)
    {
        await Note(context, "link_events", 0, "").ConfigureAwait(false);
        IReadOnlyList<LinkEvent> events = Review(context).Events();
        return (events.Count, [.. events.Reverse().Take(PageSize)], Ticket(context, 0, UndoSubject));
    }

    private static async Task<IResult> Undo(long eventId, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        LinkAnswer answer = await TakeBack(eventId, form["ticket"].ToString(), form["reason"].ToString(), context).ConfigureAwait(false);
        return answer.Fault is null ? Results.Redirect("/links/decisions") : await Decisions(answer.Fault, context).ConfigureAwait(false);
    }

    // Takes a decision back.
    internal static async Task<LinkAnswer> TakeBack(long eventId, string ticketText, string reason, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        CaseTicket? ticket = context.RequestServices.GetRequiredService<CaseTickets>().Open(ticketText, member.StaffId, 0, UndoSubject);
        await Note(context, "link_undo", 0, "decision " + N(eventId), ticket is null ? "refused" : "allowed").ConfigureAwait(false);
        if (ticket is null)
        {
            return new LinkAnswer("", Stale, "ticket-refused", false);
        }

        (string? fault, string code) = Try(() => Review(context).Undo(eventId, new Reviewer(member.StaffId, reason) { Form = new ReviewForm(ticket.Id, 0, 0, false) }));
        return new LinkAnswer(ticket.Id, fault, code, false);
    }

    private static async Task<IResult> Apply(HttpContext context)
    {
        (string? fault, _) = await HandOver(context).ConfigureAwait(false);
        return fault is null ? Results.Redirect("/links/decisions") : await Decisions(fault, context).ConfigureAwait(false);
    }

    // Moves the facts of decided records at once; says what was done, or why not.
    internal static async Task<(string? Fault, string Summary)> HandOver(HttpContext context)
    {
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        await Note(context, "link_apply", 0, "").ConfigureAwait(false);
        try
        {
            return (null, await parts.Jobs.Run("link", "manual", null, () =>
            {
                LinkSummary done = new LoadPipeline(parts.Databases, parts.Time).Relink(new RelinkOptions { DecideAgain = false }, null, context.RequestAborted);
                return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{done.ReviewedCount} records decided again, {done.MovedCount} moved, {done.KeptCount} kept though no longer found, {done.HandedOverCount} links handed over"));
            }).ConfigureAwait(false));
        }
        catch (LockHeldException)
        {
            return (Busy, "");
        }
    }

    private static async Task<IResult> Person(long personKey, IReadOnlyCollection<long>? chosen, string? fault, HttpContext context)
    {
        (IReadOnlyList<ReviewRecord> records, string ticket) = await Whole(personKey, context).ConfigureAwait(false);
        if (records.Count == 0)
        {
            return Results.NotFound();
        }

        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        return WebServer.Page<LinkPersonPage>(new
        {
            Member = context.User.Member(),
            PersonKey = N(personKey),
            Records = records,
            Chosen = chosen ?? [],
            CanSplit = context.RequestServices.GetRequiredService<WebParts>().Corrections is not null,
            Ticket = ticket,
            Fault = fault,
        });
    }

    // All records of a person, and the ticket of a split; the reading is in the log. None where there is no such person.
    internal static async Task<(IReadOnlyList<ReviewRecord> Records, string Ticket)> Whole(long personKey, HttpContext context)
    {
        IReadOnlyList<ReviewRecord> records = Review(context).Records(personKey);
        await Note(context, "link_person", personKey, N(records.Count) + " records", records.Count == 0 ? "unknown" : "allowed").ConfigureAwait(false);
        return (records, Ticket(context, personKey, SplitSubject));
    }

    private static async Task<IResult> SplitForm(long personKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        long[] chosen = [.. form["record"].Select(text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key) ? key : 0)];
        LinkAnswer answer = await Split(personKey, form["ticket"].ToString(), chosen, form["reason"].ToString(), context).ConfigureAwait(false);
        return answer.Fault is null ? Results.Redirect("/links/decisions") : await Person(personKey, chosen, answer.Fault, context).ConfigureAwait(false);
    }

    // Takes records out of a person into one of their own.
    internal static async Task<LinkAnswer> Split(long personKey, string ticketText, IReadOnlyList<long> records, string reason, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        CaseTicket? ticket = context.RequestServices.GetRequiredService<CaseTickets>().Open(ticketText, member.StaffId, personKey, SplitSubject);
        LinkReview review = Review(context);
        HashSet<long> own = [.. review.Records(personKey).Select(record => record.RecordKey)];
        bool isDone = ticket is not null && review.Form(ticket.Id) is not null;
        bool isGood = records.Count > 0 && records.Distinct().Count() == records.Count && (isDone || (records.All(own.Contains) && records.Count < own.Count));
        string? refusal = ticket is null ? Stale : parts.Corrections is null ? "サーバーの設定が済んでいないため、ここでは分けられません。管理者に連絡してください。" : !isGood ? "分ける記録を選んでください。すべてを選ぶことはできません。" : null;
        await Note(context, "link_split", personKey, string.Join(' ', records.Take(4).Select(N)), refusal is null ? "allowed" : "refused").ConfigureAwait(false);
        if (refusal is not null)
        {
            return new LinkAnswer("", refusal, ticket is null ? "ticket-refused" : "invalid", false);
        }

        (string? fault, string code) = isDone ? (null, "") : Try(() => review.Split(
            records, new Reviewer(member.StaffId, reason) { Form = new ReviewForm(ticket!.Id, records[0], 0, false) }, new KeyMint(parts.Corrections!().Secret)));
        return new LinkAnswer(ticket!.Id, fault, code, false);
    }

    private const string UndoSubject = "link-undo";

    private const string SplitSubject = "link-split";

    private const string Stale = "この画面は古くなっています。内容を確かめて、もう一度記録してください。";

    private const string Busy = "取込みや名寄せの処理が動いています。終わってから、もう一度送ってください。何も変わっていません。";

    // What a reviewer can do something about is said in words; anything else is a fault of the program.
    private static (string? Fault, string Code) Try(Action decide)
    {
        try
        {
            decide();
            return (null, "");
        }
        catch (LockHeldException)
        {
            return (Busy, "busy");
        }
        catch (LinkReviewException refused)
        {
            return (refused.Code switch
            {
                "LNK-002" => "判断を一つ選び、理由を書いてください。",
                "LNK-003" => "記録の持ち主が変わっています。画面を開き直して確かめてください。",
                "LNK-004" => "住民登録が二つある人になってしまうため、記録できません。先に住民登録の訂正を依頼してください。",
                "LNK-005" => "サーバーの設定がこのデータのものではありません。管理者に連絡してください。",
                "LNK-006" => "その判断は取り消せません。すでに取り消されたか、あとの判断で記録がまた動いています。あとの判断から順に取り消してください。",
                "LNK-007" => "前に反対の判断が記録されています。判断の記録を確かめ、誤りならそれを先に取り消してください。",
                _ => "記録が見つかりません。画面を開き直して確かめてください。",
            }, refused.Code);
        }
    }

    private static string Ticket(HttpContext context, long recordKey, string subject) =>
        context.RequestServices.GetRequiredService<CaseTickets>().Issue(context.User.Member()!.StaffId, recordKey, subject, new CaseRound(DateOnly.MinValue, 0, "none"));

    private static LinkCase? Read(LinkReview review, long recordKey)
    {
        List<ReviewPair> pairs = [.. review.Queue().Where(pair => pair.RecordKey == recordKey)];
        if (pairs.Count == 0)
        {
            return null;
        }

        IReadOnlyList<ReviewRecord> own = review.Records(pairs[0].PersonKey);
        ReviewRecord subject = own.Single(record => record.RecordKey == recordKey);
        List<ComparedRecord> columns = [new("subject", 0, subject)];
        columns.AddRange(own.Where(record => record.RecordKey != recordKey).Take(MostOwn).Select(record => new ComparedRecord("own", 0, record)));
        List<long> persons = [.. pairs.Select(pair => pair.OtherPersonKey).Distinct()];
        int asked = persons.Count;
        persons.AddRange(persons.Append(subject.PersonKey).SelectMany(review.Twins).Where(twin => twin != subject.PersonKey && !persons.Contains(twin)).Distinct().ToList());
        for (int i = 0; i < persons.Count; i++)
        {
            // The record that the linker compared with is always among those shown.
            HashSet<long> compared = [.. pairs.Where(pair => pair.OtherPersonKey == persons[i]).Select(pair => pair.OtherRecordKey)];
            columns.AddRange(review.Records(persons[i]).OrderByDescending(record => record.IsRegister).ThenByDescending(record => compared.Contains(record.RecordKey))
                .Take(Math.Max(MostOfOne, compared.Count)).Select(record => new ComparedRecord(i < asked ? "other" : "twin", i + 1, record)));
        }

        return new LinkCase(subject, columns, [.. pairs.DistinctBy(pair => pair.OtherPersonKey)], own.Count);
    }

    private static LinkReview Review(HttpContext context)
    {
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        return new LinkReview(parts.Databases, parts.Time);
    }

    private static Task Note(HttpContext context, string action, long person, string about, string outcome = "allowed")
    {
        StaffMember member = context.User.Member()!;
        return context.RequestServices.GetRequiredService<AuditTrail>().Record(new AuditEntry(member.StaffId, member.RoleCode, action, outcome, person, "", about), context.RequestAborted);
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
