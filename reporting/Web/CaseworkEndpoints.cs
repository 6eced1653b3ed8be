using System.Globalization;
using System.Security.Claims;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>What a caseworker entered, to show it again where it was not accepted.</summary>
/// <param name="Decision">The decision, or empty.</param>
/// <param name="Reason">The main reason, or empty.</param>
/// <param name="Note">The words.</param>
public sealed record EnteredJudgement(string Decision, string Reason, string Note);

/// <summary>Pages of the caseworker's desk.</summary>
internal static class CaseworkEndpoints
{
    /// <summary>The header in which a program sends the token of its session.</summary>
    internal const string TokenHeader = "X-Warehouse-Token";

    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("").RequireAuthorization(Policies.Casework);
        group.MapGet("/worklist", async (string? council, string? judged, bool? changed, bool? due, WorklistReader lists, ClaimsPrincipal user, CancellationToken stop) =>
        {
            WorklistFilter filter = new(council, judged, changed == true, due == true);
            return WebServer.Page<WorklistPage>(new { Member = user.Member(), List = await lists.Read(user.Member()!, filter, stop).ConfigureAwait(false), Filter = filter });
        }).ExcludeFromDescription();
        group.MapGet("/children/{childKey:long}", (long childKey, string? purpose, HttpContext context) => purpose is null
            ? Task.FromResult<IResult>(WebServer.Page<PurposePage>(new { Member = context.User.Member(), ChildKey = Text(childKey) }))
            : WebServer.Guarded(context, () => Child(childKey, purpose, context, null, null))).ExcludeFromDescription();
        foreach (string stage in new[] { JudgementCodes.First, JudgementCodes.Final })
        {
            group.MapPost($"/children/{{childKey:long}}/judgements/{stage}", (long childKey, HttpContext context) =>
                WebServer.Guarded(context, () => Judge(childKey, stage, context))).ExcludeFromDescription();
        }

        group.MapPost("/children/{childKey:long}/briefs", (long childKey, HttpContext context) => WebServer.Guarded(context, () => MakeBrief(childKey, context))).ExcludeFromDescription();
        group.MapGet("/briefs/{briefId}", (string briefId, string? purpose, HttpContext context) => WebServer.Guarded(context, () => OpenBrief(briefId, purpose, context)));

        group.MapGet("/children/{childKey:long}/contacts", (long childKey, string? purpose, HttpContext context) =>
            WebServer.Guarded(context, () => Contacts(childKey, purpose ?? "", context, null))).ExcludeFromDescription();
        group.MapPost("/children/{childKey:long}/contacts", (long childKey, HttpContext context) => WebServer.Guarded(context, () => RecordContact(childKey, context))).ExcludeFromDescription();
    }

    private static async Task<IResult> Child(long childKey, string purpose, HttpContext context, JudgementOutcome? fault, EnteredJudgement? entered)
    {
        CaseDesk desk = context.RequestServices.GetRequiredService<CaseDesk>();
        if (await desk.Open(childKey, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        StaffMember member = context.User.Member()!;
        if (fault is { } outcome)
        {
            context.Response.StatusCode = Status(outcome);
        }

        return WebServer.Page<ChildPage>(new
        {
            Member = member,
            View = view,
            Brief = CaseBriefBuilder.Build(view.Child, null, new BriefRequest("", "", "", 1, 1, member.DisplayName, null)),
            Analysis = CaseAnalysis.Of(view),
            ChildKey = Text(childKey),
            Purpose = purpose,
            Ticket = desk.Ticket(view, member),
            Briefs = view.First is null ? [] : context.RequestServices.GetRequiredService<WebParts>().Briefs.Made(childKey, member.StaffId),
            Conferences = context.RequestServices.GetRequiredService<Conferences>().List(member).Where(one => one.IsOpen).ToList(),
            Fault = fault is { } kind ? Words(kind) : null,
            Entered = entered ?? new EnteredJudgement("", "", ""),
        });
    }

    private static async Task<IResult> Judge(long childKey, string stage, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string purpose = form["purpose"].ToString();
        EnteredJudgement entered = new(form["decision"].ToString(), form["reason"].ToString(), form["note"].ToString());
        (JudgementOutcome outcome, _) = await context.RequestServices.GetRequiredService<CaseDesk>().Record(
            childKey, stage, new JudgementInput(form["ticket"].ToString(), entered.Decision, entered.Reason, entered.Note), Reason(context, purpose), context.RequestAborted).ConfigureAwait(false);
        return outcome == JudgementOutcome.Recorded
            ? Results.Redirect($"/children/{Text(childKey)}?purpose={Uri.EscapeDataString(purpose)}#judgement")
            : await Child(childKey, purpose, context, outcome, entered).ConfigureAwait(false);
    }

    private static async Task<IResult> MakeBrief(long childKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        (IResult? refusal, string id) = await OrderBrief(childKey, form["recipient"].ToString().Trim(), context).ConfigureAwait(false);
        return refusal ?? Results.Redirect($"/briefs/{id}?purpose=conference");
    }

    // Makes a brief for one recipient, or says why there is none.
    internal static async Task<(IResult? Refusal, string Id)> OrderBrief(long childKey, string recipient, HttpContext context)
    {
        AccessReason reason = Reason(context, "conference");
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        (DateOnly asOf, DateTime known) = parts.Reader.Now();
        if (await parts.Reader.Allow(childKey, asOf, known, reason, "brief-order", "", context.RequestAborted).ConfigureAwait(false) is null)
        {
            return (Results.NotFound(), "");
        }

        if (recipient.Length is 0 or > 100)
        {
            return (Results.BadRequest(), "");
        }

        (Judgement? first, Judgement? final) = context.RequestServices.GetRequiredService<CaseDesk>().Judged(childKey, reason.Member.StaffId);
        if (first is null)
        {
            return (Results.StatusCode(StatusCodes.Status409Conflict), "");
        }

        BriefOrder order = new(childKey, asOf, known, [recipient], parts.Watermark)
        {
            BlindJudgement = Printed(first, reason.Member),
            FinalJudgement = final is null ? null : Printed(final, reason.Member),
        };
        IReadOnlyList<BriefFile> files = await parts.Briefs.Make(order, reason, context.RequestAborted).ConfigureAwait(false);
        return files.Count == 0 ? (Results.NotFound(), "") : (null, files[0].BriefId);
    }

    // Whose child it is decides, not who knows the number: remit, purpose and own first judgement are those of today.
    internal static async Task<IResult> OpenBrief(string briefId, string? purpose, HttpContext context)
    {
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        AccessReason reason = Reason(context, purpose);
        if (parts.Briefs.ChildOf(briefId) is not { } childKey)
        {
            await parts.Audit.Record(new AuditEntry(reason.Member.StaffId, reason.Member.RoleCode, "brief-open", "unknown", 0, reason.PurposeCode, briefId), context.RequestAborted).ConfigureAwait(false);
            return Results.NotFound();
        }

        (DateOnly asOf, DateTime known) = parts.Reader.Now();
        await parts.Reader.Allow(childKey, asOf, known, reason, "brief-open", briefId, context.RequestAborted).ConfigureAwait(false);
        if (parts.Briefs.HoldsAnalysis(briefId) && !context.RequestServices.GetRequiredService<CaseDesk>().HasJudged(childKey, reason.Member.StaffId))
        {
            return Results.StatusCode(StatusCodes.Status409Conflict);
        }

        return await parts.Briefs.Rebuild(briefId, reason, context.RequestAborted).ConfigureAwait(false) is { } file
            ? Results.File(file.Pdf, "application/pdf", file.BriefId + ".pdf")
            : Results.NotFound();
    }

    internal static BriefJudgement Printed(Judgement judgement, StaffMember member) => new(
        JudgementCodes.Decisions[judgement.DecisionCode],
        JapaneseDate.At(judgement.JudgedUtc),
        member.DisplayName,
        JudgementCodes.Reasons.GetValueOrDefault(judgement.ReasonCode, judgement.ReasonCode) + (judgement.Note is null ? "" : "：" + judgement.Note));

    private static async Task<IResult> Contacts(long childKey, string purpose, HttpContext context, ContactOutcome? fault)
    {
        Outreach outreach = context.RequestServices.GetRequiredService<Outreach>();
        if (await outreach.Open(childKey, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        StaffMember member = context.User.Member()!;
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return WebServer.Page<ContactsPage>(new
        {
            Member = member,
            View = view,
            ChildKey = Text(childKey),
            Purpose = purpose,
            outreach.Today,
            Tickets = ContactCodes.Events.Keys.ToDictionary(kind => kind, _ => outreach.Ticket(childKey, member), StringComparer.Ordinal),
            Fault = fault is { } kind ? Words(kind) : null,
        });
    }

    private static async Task<IResult> RecordContact(long childKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string purpose = form["purpose"].ToString();
        ContactInput input = new(
            form["ticket"].ToString(), form["event"].ToString(), form["detail"].ToString(), form["result"].ToString(), Date("date"), Date("due"), form["safety"].ToString() == "true", form["note"].ToString());
        ContactOutcome outcome = await context.RequestServices.GetRequiredService<Outreach>().Record(childKey, input, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false);
        return outcome == ContactOutcome.Recorded
            ? Results.Redirect($"/children/{Text(childKey)}/contacts?purpose={Uri.EscapeDataString(purpose)}")
            : await Contacts(childKey, purpose, context, outcome).ConfigureAwait(false);

        DateOnly? Date(string field) => DateOnly.TryParseExact(form[field].ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
    }

    private static AccessReason Reason(HttpContext context, string? purpose) => new(context.User.Member()!, purpose ?? "");

    internal static int Status(JudgementOutcome outcome) =>
        outcome is JudgementOutcome.FirstStands or JudgementOutcome.FirstMissing ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;

    internal static string Words(ContactOutcome outcome) => outcome switch
    {
        ContactOutcome.SafetyFirst => "支援措置があります。担当課に確認してから記録してください。",
        ContactOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
        _ => "内容と日付を確かめてください。過去の出来事は今日までの日付、計画と見直しは今日からの日付です。メモは1000字までです。",
    };

    internal static string Words(JudgementOutcome outcome) => outcome switch
    {
        JudgementOutcome.FirstStands => "最初の判断はすでに記録されています。書き換えはできません。",
        JudgementOutcome.FirstMissing => "分析の結果を見る前の判断が、まだ記録されていません。",
        JudgementOutcome.WordsMissing => "判断を変えるときは、その理由を書いてください。",
        JudgementOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
        _ => "判断と主な理由を選んでください。メモは1000字までです。",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
