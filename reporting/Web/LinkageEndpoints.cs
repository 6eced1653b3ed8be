using System.Globalization;
using Warehouse.Etl;
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
        group.MapGet("/decisions", (Delegate)((HttpContext context) => Decisions(null, context)));
        group.MapPost("/decisions/{eventId:long}/undo", Undo);
        group.MapPost("/apply", (Delegate)Apply);
    }

    private static async Task<IResult> Queue(int? page, HttpContext context)
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
        return WebServer.Page<LinksPage>(new { Member = member, Total = records.Count, Records = records.Skip((shown - 1) * PageSize).Take(PageSize).ToList(), Number = shown, Last = last });
    }

    private static async Task<IResult> Case(long recordKey, bool withScore, string? fault, HttpContext context)
    {
        if (Read(Review(context), recordKey) is not { } found)
        {
            await Note(context, "link_view", 0, "record " + N(recordKey), "unknown").ConfigureAwait(false);
            return Results.NotFound();
        }

        // Each person whose identity is shown is a row of the access log, before anything is shown.
        StaffMember member = context.User.Member()!;
        List<AuditEntry> rows = [.. found.Columns.Select(column => column.Record.PersonKey).Distinct().Select(person => new AuditEntry(member.StaffId, member.RoleCode, "link_view", "allowed", person))];
        if (withScore)
        {
            rows.Add(new AuditEntry(member.StaffId, member.RoleCode, "link_score", "allowed", found.Subject.PersonKey, "", "record " + N(recordKey)));
        }

        await context.RequestServices.GetRequiredService<AuditTrail>().Record(rows, context.RequestAborted).ConfigureAwait(false);
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        string ticket = context.RequestServices.GetRequiredService<CaseTickets>().Issue(member.StaffId, recordKey, withScore ? Scored : Blind, new CaseRound(DateOnly.MinValue, 0, "none"));
        return WebServer.Page<LinkCasePage>(new { Member = member, Case = found, WithScore = withScore, Ticket = ticket, Fault = fault });
    }

    private static async Task<IResult> Decide(long recordKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        StaffMember member = context.User.Member()!;
        string text = form["ticket"].ToString();
        CaseTickets tickets = context.RequestServices.GetRequiredService<CaseTickets>();
        CaseTicket? ticket = tickets.Open(text, member.StaffId, recordKey, Scored) ?? tickets.Open(text, member.StaffId, recordKey, Blind);
        string[] choice = form["decision"].ToString().Split(':');
        bool isKnown = choice.Length == 2 && choice[0] is "same" or "different" or "unsure";
        isKnown &= long.TryParse(choice[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long other);
        LinkReview review = Review(context);
        if (ticket is null || !isKnown)
        {
            await Note(context, "link_decide", 0, "record " + N(recordKey), "refused").ConfigureAwait(false);
            return await Case(recordKey, false, ticket is null ? "この画面は古くなっています。内容を確かめて、もう一度記録してください。" : "判断を一つ選び、理由を書いてください。", context).ConfigureAwait(false);
        }

        if (review.Form(ticket.Id) is not null)
        {
            return Results.Redirect("/links/forms/" + ticket.Id);
        }

        // Only what waits can be decided here: the page shows nothing else.
        ReviewPair? pair = review.Queue().FirstOrDefault(one => one.RecordKey == recordKey && one.OtherRecordKey == other);
        bool isWhole = form["scope"].ToString() == "all";
        Reviewer by = new(member.StaffId, form["reason"].ToString()) { Form = new ReviewForm(ticket.Id, recordKey, other, ticket.Subject == Scored) };
        string verb = choice[0] switch { "same" => isWhole ? "link_merge" : "link_assign", "different" => "link_reject", _ => "link_unsure" };
        await Note(context, verb, pair?.PersonKey ?? 0, $"{N(recordKey)} {N(other)}", pair is null ? "refused" : "allowed").ConfigureAwait(false);
        if (pair is null)
        {
            return await Case(recordKey, false, "この組み合わせは、もう確認待ちではありません。ほかの職員が先に決めたか、名寄せをやり直しています。", context).ConfigureAwait(false);
        }

        string? fault = Try(() =>
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
        return fault is null ? Results.Redirect("/links/forms/" + ticket.Id) : await Case(recordKey, ticket.Subject == Scored, fault, context).ConfigureAwait(false);
    }

    private static async Task<IResult> Form(string formId, HttpContext context)
    {
        LinkReview review = Review(context);
        SentForm? form = formId.Length == 32 ? review.Form(formId) : null;
        await Note(context, "link_form", 0, formId.Length <= 40 ? formId : "", form is null ? "unknown" : "allowed").ConfigureAwait(false);
        if (form is null)
        {
            return Results.NotFound();
        }

        StaffMember member = context.User.Member()!;
        return WebServer.Page<LinkFormPage>(new { Member = member, Form = form, Pair = review.Pair(form.RecordKey, form.OtherRecordKey), Waiting = review.Queue().Select(pair => pair.RecordKey).Distinct().Count() });
    }

    private static async Task<IResult> Decisions(string? fault, HttpContext context)
    {
        await Note(context, "link_events", 0, "").ConfigureAwait(false);
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        StaffMember member = context.User.Member()!;
        CaseTickets tickets = context.RequestServices.GetRequiredService<CaseTickets>();
        IReadOnlyList<LinkEvent> events = Review(context).Events();
        return WebServer.Page<LinkDecisionsPage>(new
        {
            Member = member,
            Events = events.Reverse().Take(PageSize).ToList(),
            Total = events.Count,
            Ticket = tickets.Issue(member.StaffId, 0, "link-undo", new CaseRound(DateOnly.MinValue, 0, "none")),
            Fault = fault,
        });
    }

    private static async Task<IResult> Undo(long eventId, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        StaffMember member = context.User.Member()!;
        CaseTicket? ticket = context.RequestServices.GetRequiredService<CaseTickets>().Open(form["ticket"].ToString(), member.StaffId, 0, "link-undo");
        await Note(context, "link_undo", 0, "decision " + N(eventId), ticket is null ? "refused" : "allowed").ConfigureAwait(false);
        string? fault = ticket is null
            ? "この画面は古くなっています。内容を確かめて、もう一度記録してください。"
            : Try(() => Review(context).Undo(eventId, new Reviewer(member.StaffId, form["reason"].ToString()) { Form = new ReviewForm(ticket.Id, 0, 0, false) }));
        return fault is null ? Results.Redirect("/links/decisions") : await Decisions(fault, context).ConfigureAwait(false);
    }

    private static async Task<IResult> Apply(HttpContext context)
    {
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        await Note(context, "link_apply", 0, "").ConfigureAwait(false);
        try
        {
            await parts.Jobs.Run("link", "manual", null, () =>
            {
                LinkSummary done = new LoadPipeline(parts.Databases, parts.Time).Relink(new RelinkOptions { DecideAgain = false }, null, context.RequestAborted);
                return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{done.ReviewedCount} records decided again, {done.MovedCount} moved, {done.KeptCount} kept though no longer found, {done.HandedOverCount} links handed over"));
            }).ConfigureAwait(false);
            return Results.Redirect("/links/decisions");
        }
        catch (LockHeldException)
        {
            return await Decisions(Busy, context).ConfigureAwait(false);
        }
    }

    private const string Busy = "取込みや名寄せの処理が動いています。終わってから、もう一度送ってください。何も変わっていません。";

    // What a reviewer can do something about is said in words; anything else is a fault of the program.
    private static string? Try(Action decide)
    {
        try
        {
            decide();
            return null;
        }
        catch (LockHeldException)
        {
            return Busy;
        }
        catch (LinkReviewException refused)
        {
            return refused.Code switch
            {
                "LNK-002" => "判断を一つ選び、理由を書いてください。",
                "LNK-003" => "記録の持ち主が変わっています。画面を開き直して確かめてください。",
                "LNK-004" => "住民登録が二つある人になってしまうため、記録できません。先に住民登録の訂正を依頼してください。",
                "LNK-006" => "その判断は取り消せません。すでに取り消されたか、あとの判断で記録がまた動いています。あとの判断から順に取り消してください。",
                "LNK-007" => "前に反対の判断が記録されています。判断の記録を確かめ、誤りならそれを先に取り消してください。",
                _ => "記録が見つかりません。画面を開き直して確かめてください。",
            };
        }
    }

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
