using System.Globalization;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Case conferences for programs.</summary>
internal static class ConferenceApi
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder api = ApiV1.Group(app, "/conferences", Policies.Casework, "conferences");
        api.MapGet("", (Conferences desk, HttpContext context) => new ConferencesMessage(desk.List(context.User.Member()!), desk.Ticket("", context.User.Member()!)))
            .WithSummary("The meetings of one's remit, and a ticket to call another");
        api.MapPost("", async (CallMessage message, Conferences desk, HttpContext context) =>
        {
            (ConferenceOutcome outcome, string id) = await desk
                .Call(message.Ticket ?? "", message.Title ?? "", message.Held, message.Starts ?? "", message.Place ?? "", context.User.Member()!, context.RequestAborted).ConfigureAwait(false);
            return outcome == ConferenceOutcome.Recorded ? Results.Created($"{ApiV1.Root}/conferences/{id}", new CreatedMessage(id, $"{ApiV1.Root}/conferences/{id}")) : Problem(context, outcome);
        }).Produces<CreatedMessage>(StatusCodes.Status201Created).WithSummary("Calls a meeting");
        api.MapGet("/{conferenceId}", (string conferenceId, Conferences desk, HttpContext context) => WebServer.Guarded(context, async () =>
            await desk.Open(conferenceId, context.User.Member()!, "conference", context.RequestAborted).ConfigureAwait(false) is { } view
                ? Results.Ok(Message(view, desk.Ticket(conferenceId, context.User.Member()!)))
                : Results.NotFound())).Produces<ConferenceMessage>().WithSummary("A meeting with its agenda, members, copies, decisions and minutes");
        api.MapPost("/{conferenceId}/members", (string conferenceId, NewMemberMessage message, HttpContext context) => Write(context, () =>
            ConferenceEndpoints.Join(conferenceId, message.Ticket ?? "", message.Agency ?? "", message.Name ?? "", message.Duty ?? "", message.StaffId ?? "", context.User.Member()!, context)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Adds a member");
        api.MapPost("/{conferenceId}/children", (string conferenceId, ItemMessage message, Conferences desk, HttpContext context) => Write(context, () =>
            desk.AddChild(conferenceId, ApiV1.Key(message.ChildKey), context.User.Member()!, context.RequestAborted)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Puts a child on the agenda");
        api.MapPost("/{conferenceId}/children/{childKey:long}/changes", (string conferenceId, long childKey, ItemChangeMessage message, Conferences desk, HttpContext context) => Write(context, () =>
            desk.ChangeItem(conferenceId, childKey, message.Ticket ?? "", message.Off == true, message.Reason, context.User.Member()!, context.RequestAborted)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Takes a child off the agenda with a reason, or puts it back");
        api.MapPost("/{conferenceId}/children/{childKey:long}/decisions", (string conferenceId, long childKey, DecisionMessage message, Conferences desk, HttpContext context) => Write(context, () =>
            desk.Decide(conferenceId, childKey, message.Ticket ?? "", Input(message), context.User.Member()!, context.RequestAborted)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Records a decision about a child; its supports and its review go on the child's record");
        api.MapPost("/{conferenceId}/minutes", (string conferenceId, MinuteMessage message, Conferences desk, HttpContext context) => Write(context, () =>
            desk.Write(conferenceId, ApiV1.Key(message.ChildKey), message.Ticket ?? "", message.Text, context.User.Member()!, context.RequestAborted)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Adds to the minutes");
        api.MapPost("/{conferenceId}/returns", (string conferenceId, ReturnMessage message, Conferences desk, HttpContext context) => WebServer.Guarded(context, async () =>
            Results.Ok(new ReturnedMessage(await desk.Return(conferenceId, message.BriefIds ?? [], context.User.Member()!, context.RequestAborted).ConfigureAwait(false)))))
            .Produces<ReturnedMessage>().WithSummary("Takes copies back");
        api.MapPost("/{conferenceId}/close", (string conferenceId, Conferences desk, HttpContext context) => Write(context, () => desk.Close(conferenceId, context.User.Member()!, context.RequestAborted)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Closes a meeting");
        api.MapPost("/{conferenceId}/briefs", (string conferenceId, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            string location = $"{ApiV1.Root}/conferences/{conferenceId}/briefs";
            return await ConferenceEndpoints.Order(conferenceId, context).ConfigureAwait(false) switch
            {
                null => Results.NotFound(),
                ConferenceOutcome.Recorded => Results.Accepted(location, new CreatedMessage(conferenceId, location)),
                { } outcome => Problem(context, outcome),
            };
        })).Produces<CreatedMessage>(StatusCodes.Status202Accepted).WithSummary("Begins the numbered copies of all children of the agenda");
        api.MapGet("/{conferenceId}/briefs", (string conferenceId, Conferences desk, ConferenceBatches batches, HttpContext context) => WebServer.Guarded(context, async () =>
            await desk.Open(conferenceId, context.User.Member()!, "conference", context.RequestAborted).ConfigureAwait(false) is null || batches.State(conferenceId) is not { } state
                ? Results.NotFound()
                : Results.Ok(new BatchMessage(state.Total, state.Done, state.Copies, [.. state.NotJudged.Select(ApiV1.Text)], [.. state.NotMine.Select(ApiV1.Text)], state.IsRunning, state.HasFailed))))
            .Produces<BatchMessage>().WithSummary("How far the copies are");
        api.MapGet("/{conferenceId}/copies.zip", (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => ConferenceEndpoints.Copies(conferenceId, context)))
            .Produces(StatusCodes.Status200OK, contentType: "application/zip").WithSummary("The copies of children whom one has judged");
    }

    private static Task<IResult> Write(HttpContext context, Func<Task<ConferenceOutcome>> work) => WebServer.Guarded(context, async () =>
        await work().ConfigureAwait(false) is var outcome and not ConferenceOutcome.Recorded ? Problem(context, outcome) : Results.NoContent());

    private static DecisionInput Input(DecisionMessage message) => new(
        message.Decision ?? "",
        message.Lead ?? "",
        message.Review,
        message.Text,
        [.. (message.Tasks ?? []).Select(task => new TaskInput(task.Support ?? "", task.Agency?.Trim() ?? "", task.Text?.Trim() ?? "", task.Due, task.Begins))]);

    private static ConferenceMessage Message(ConferenceView view, string ticket) => new(
        view.Conference,
        [.. view.Members.Select(one => new MemberLine(one.MemberNumber, one.Agency, one.MemberName, one.DutyCode, one.StaffId))],
        [.. view.Children.Select(child => new AgendaLine(child.Item.ItemNumber, ApiV1.Text(child.Item.ChildKey), child.Name, child.Age, child.GradeCode, child.IsRestricted, child.Off is not null))],
        [.. view.Copies.Select(copy => new CopyLine(copy.BriefId, ApiV1.Text(copy.ChildKey), copy.MemberNumber, copy.CopyNumber, copy.IssuedBy, copy.IssuedUtc, copy.ReturnedUtc))],
        [
            .. view.Decisions.Select(one => new DecisionLine(
                one.DecisionId, ApiV1.Text(one.ChildKey), one.DecisionCode, one.LeadAgency, one.ReviewDate, one.DecisionText, one.DecidedBy, one.DecidedUtc, one.Tasks)),
        ],
        [.. view.Minutes.Select(one => new MinuteLine(one.MinuteId, one.ChildKey.ToString(CultureInfo.InvariantCulture), one.MinuteText, one.StaffId, one.WrittenUtc))],
        ticket);

    private static IResult Problem(HttpContext context, ConferenceOutcome outcome) => ApiV1.Problem(context, ConferenceEndpoints.Status(outcome), Code(outcome), ConferenceEndpoints.Words(outcome));

    private static string Code(ConferenceOutcome outcome) => outcome switch
    {
        ConferenceOutcome.TicketRefused => "ticket-refused",
        ConferenceOutcome.Closed => "closed",
        ConferenceOutcome.TooEarly => "too-early",
        ConferenceOutcome.Empty => "empty",
        _ => "invalid",
    };
}
