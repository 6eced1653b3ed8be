using System.Security.Claims;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>The caseworker's desk for programs: list, child, judgements, contacts, briefs.</summary>
internal static class CaseworkApi
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder api = ApiV1.Group(app, "", Policies.Casework, "casework");
        api.MapGet("/worklist", async (string? council, string? judged, bool? changed, bool? due, WorklistReader lists, ClaimsPrincipal user, CancellationToken stop) =>
            Message(await lists.Read(user.Member()!, new WorklistFilter(council, judged, changed == true, due == true), stop).ConfigureAwait(false)))
            .WithSummary("The worklist; no filter is of the score").WithDescription("council=no: without an open case of the council. judged: no, first or final. changed, due: true or false.");
        api.MapGet("/children/{childKey:long}", (long childKey, string? purpose, CaseDesk desk, HttpContext context) =>
            WebServer.Guarded(context, async () => await desk.Open(childKey, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false) is { } view
                ? Results.Ok(Message(view, desk.Ticket(view, context.User.Member()!)))
                : Results.NotFound())).Produces<ChildMessage>().WithSummary("A child for a purpose; without the analysis before one's own first judgement");
        api.MapPost("/children/{childKey:long}/judgements", (long childKey, JudgementMessage message, CaseDesk desk, HttpContext context) =>
            WebServer.Guarded(context, () => Judge(childKey, message, desk, context))).Produces<SaidJudgement>().WithSummary("Records a first or a final judgement");

        api.MapGet("/children/{childKey:long}/contacts", (long childKey, string? purpose, Outreach outreach, HttpContext context) =>
            WebServer.Guarded(context, async () => await outreach.Open(childKey, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false) is { } view
                ? Results.Ok(Message(view, outreach.Ticket(childKey, context.User.Member()!)))
                : Results.NotFound())).Produces<ContactsMessage>().WithSummary("Contacts, supports and reviews of a child, and entitlements not used");
        api.MapPost("/children/{childKey:long}/contacts", (long childKey, ContactMessage message, Outreach outreach, HttpContext context) =>
            WebServer.Guarded(context, async () =>
            {
                ContactInput input = new(message.Ticket ?? "", message.Event ?? "", message.Detail ?? "", message.Result ?? "", message.Date, message.Due, message.SafetyChecked == true, message.Note);
                ContactOutcome outcome = await outreach.Record(childKey, input, Reason(context, message.Purpose), context.RequestAborted).ConfigureAwait(false);
                return outcome == ContactOutcome.Recorded
                    ? Results.NoContent()
                    : ApiV1.Problem(context, StatusCodes.Status400BadRequest, Code(outcome), CaseworkEndpoints.Words(outcome));
            })).Produces(StatusCodes.Status204NoContent).WithSummary("Records a plan, an attempt, a refusal, a support, an outcome or a review");

        api.MapGet("/children/{childKey:long}/briefs", (long childKey, string? purpose, HttpContext context) => WebServer.Guarded(context, () => Briefs(childKey, purpose, context)))
            .Produces<IReadOnlyList<MadeBrief>>().WithSummary("Briefs that one made of a child");
        api.MapPost("/children/{childKey:long}/briefs", (long childKey, BriefMessage message, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            (IResult? refusal, string id) = await CaseworkEndpoints.OrderBrief(childKey, message.Recipient?.Trim() ?? "", context).ConfigureAwait(false);
            string location = $"{ApiV1.Root}/briefs/{id}?purpose=conference";
            return refusal ?? Results.Created(location, new MadeMessage(id, location));
        })).Produces<MadeMessage>(StatusCodes.Status201Created).WithSummary("Makes a brief, after one's own first judgement");
        api.MapGet("/briefs/{briefId}", (string briefId, string? purpose, HttpContext context) => WebServer.Guarded(context, () => CaseworkEndpoints.OpenBrief(briefId, purpose, context)))
            .Produces(StatusCodes.Status200OK, contentType: "application/pdf").WithSummary("A stored brief, drawn again from its document");
    }

    private static async Task<IResult> Judge(long childKey, JudgementMessage message, CaseDesk desk, HttpContext context)
    {
        if (message.Stage is not (JudgementCodes.First or JudgementCodes.Final))
        {
            return Problem(context, JudgementOutcome.Invalid);
        }

        JudgementInput form = new(message.Ticket ?? "", message.Decision ?? "", message.Reason ?? "", message.Note);
        (JudgementOutcome outcome, Judgement? judgement) = await desk.Record(childKey, message.Stage, form, Reason(context, message.Purpose), context.RequestAborted).ConfigureAwait(false);
        return outcome == JudgementOutcome.Recorded ? Results.Ok(Said(judgement!)) : Problem(context, outcome);
    }

    private static async Task<IResult> Briefs(long childKey, string? purpose, HttpContext context)
    {
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        AccessReason reason = Reason(context, purpose);
        (DateOnly asOf, DateTime known) = parts.Reader.Now();
        if (await parts.Reader.Allow(childKey, asOf, known, reason, "brief-list", "", context.RequestAborted).ConfigureAwait(false) is null)
        {
            return Results.NotFound();
        }

        return context.RequestServices.GetRequiredService<CaseDesk>().HasJudged(childKey, reason.Member.StaffId)
            ? Results.Ok(parts.Briefs.Made(childKey, reason.Member.StaffId))
            : Results.StatusCode(StatusCodes.Status409Conflict);
    }

    private static WorklistMessage Message(Worklist list) => new(
        list.SnapshotDate,
        list.Total,
        list.Expectation,
        [.. list.Urgent.Select(child => new UrgentMessage(ApiV1.Text(child.ChildKey), child.ReceivedDate, child.DistrictName, child.AgeMonths / 12, child.GradeCode))],
        [.. list.Due.Select(child => new DueMessage(ApiV1.Text(child.ChildKey), child.DistrictName, child.AgeMonths / 12, child.GradeCode, child.Due))],
        [
            .. list.Rows.Select(row => new ListedMessage(
                ApiV1.Text(row.ChildKey), row.DistrictName, row.AgeMonths / 12, row.GradeCode, row.IsInCouncil, row.HasChanged, row.Due, row.FirstDecision, row.FinalDecision, row.BandCode, row.Trend)),
        ]);

    private static ChildMessage Message(CaseView view, string ticket)
    {
        CaseBrief brief = CaseBriefBuilder.Build(view.Child, null, new BriefRequest("", "", "", 1, 1, "", null));
        return new ChildMessage(
            brief.DataDate, brief.Child, brief.Household, brief.Restriction, brief.Agencies, brief.Events, view.IsUrgent, view.First is { } first ? Said(first) : null, [.. view.Finals.Select(Said)],
            CaseAnalysis.Of(view), ticket);
    }

    private static ContactsMessage Message(OutreachView view, string ticket) => new(
        view.Child.Identities.GetValueOrDefault(view.Child.Record.Child.ChildKey)?.NameKanji ?? "",
        view.Child.IsRestricted,
        view.Due,
        view.Unused,
        [
            .. view.Contacts.Select(one => new ContactLine(
                one.ContactId, one.StaffId, one.EventCode, one.DetailCode, one.ResultCode, one.EventDate, one.DueDate, one.IsSafetyChecked == 1, one.Note, one.RecordedUtc)),
        ],
        ticket);

    private static SaidJudgement Said(Judgement judgement) => new(
        judgement.JudgementId, judgement.StageCode, judgement.RevisionNumber, judgement.DecisionCode, judgement.ReasonCode, judgement.Note, judgement.SpentSeconds, judgement.JudgedUtc);

    private static AccessReason Reason(HttpContext context, string? purpose) => new(context.User.Member()!, purpose ?? "");

    private static IResult Problem(HttpContext context, JudgementOutcome outcome) => ApiV1.Problem(context, CaseworkEndpoints.Status(outcome), Code(outcome), CaseworkEndpoints.Words(outcome));

    private static string Code(JudgementOutcome outcome) => outcome switch
    {
        JudgementOutcome.FirstStands => "first-stands",
        JudgementOutcome.FirstMissing => "first-missing",
        JudgementOutcome.WordsMissing => "words-missing",
        JudgementOutcome.TicketRefused => "ticket-refused",
        _ => "invalid",
    };

    private static string Code(ContactOutcome outcome) => outcome switch
    {
        ContactOutcome.SafetyFirst => "safety-first",
        ContactOutcome.TicketRefused => "ticket-refused",
        _ => "invalid",
    };
}
