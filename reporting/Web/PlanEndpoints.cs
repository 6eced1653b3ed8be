using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>The support plan that a family takes home: page and interface.</summary>
internal static class PlanEndpoints
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("/children/{childKey:long}/plans").RequireAuthorization(Policies.Casework).ExcludeFromDescription();
        group.MapGet("", (long childKey, string? purpose, HttpContext context) => WebServer.Guarded(context, () => Page(childKey, purpose ?? "", context, null, null)));
        group.MapPost("", (long childKey, HttpContext context) => WebServer.Guarded(context, () => Make(childKey, context)));
        group.MapPost("/preview", (long childKey, HttpContext context) => WebServer.Guarded(context, () => Preview(childKey, context)));

        RouteGroupBuilder api = ApiV1.Group(app, "/children/{childKey:long}/plans", Policies.Casework, "casework");
        api.MapGet("", (long childKey, string? purpose, FamilyPlans plans, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            AccessReason reason = new(context.User.Member()!, purpose ?? "");
            return await plans.Open(childKey, reason, context.RequestAborted).ConfigureAwait(false) is { } view
                ? Results.Ok(new PlansMessage(view.Draft, view.Made, plans.Ticket(childKey, reason.Member)))
                : Results.NotFound();
        })).Produces<PlansMessage>().WithSummary("Support plans that were made for the family, and a draft of the next");
        api.MapPost("", (long childKey, PlanMessage message, FamilyPlans plans, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            PlanInput input = new(message.Wish ?? "", message.Goal ?? "", string.Join('\n', message.Helps ?? []), message.Request ?? "", message.Review, message.Contact ?? "", message.SafetyChecked == true);
            (PlanOutcome outcome, string id) = await plans
                .Make(childKey, message.Ticket ?? "", input, new AccessReason(context.User.Member()!, message.Purpose ?? ""), Watermark(context), context.RequestAborted).ConfigureAwait(false);
            string location = $"{ApiV1.Root}/briefs/{id}?purpose=support";
            return outcome == PlanOutcome.Recorded
                ? Results.Created(location, new MadeMessage(id, location))
                : ApiV1.Problem(context, StatusCodes.Status400BadRequest, outcome switch { PlanOutcome.SafetyFirst => "safety-first", PlanOutcome.TicketRefused => "ticket-refused", _ => "invalid" }, Words(outcome));
        })).Produces<MadeMessage>(StatusCodes.Status201Created).WithSummary("Makes a support plan for the family; it holds no analysis");
    }

    private static async Task<IResult> Page(long childKey, string purpose, HttpContext context, PlanOutcome? fault, PlanInput? entered)
    {
        FamilyPlans plans = context.RequestServices.GetRequiredService<FamilyPlans>();
        StaffMember member = context.User.Member()!;
        if (await plans.Open(childKey, new AccessReason(member, purpose), context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return WebServer.Page<PlanPage>(new
        {
            Member = member,
            View = view,
            ChildKey = childKey.ToString(CultureInfo.InvariantCulture),
            Purpose = purpose,
            Ticket = plans.Ticket(childKey, member),
            Entered = entered ?? view.Draft,
            Fault = fault is { } kind ? Words(kind) : null,
        });
    }

    private static async Task<IResult> Make(long childKey, HttpContext context)
    {
        (PlanInput input, string ticket, string purpose) = await Read(context).ConfigureAwait(false);
        (PlanOutcome outcome, string id) = await context.RequestServices.GetRequiredService<FamilyPlans>()
            .Make(childKey, ticket, input, new AccessReason(context.User.Member()!, purpose), Watermark(context), context.RequestAborted).ConfigureAwait(false);
        return outcome == PlanOutcome.Recorded ? Results.Redirect($"/briefs/{id}?purpose={Uri.EscapeDataString(purpose)}") : await Page(childKey, purpose, context, outcome, input).ConfigureAwait(false);
    }

    private static async Task<IResult> Preview(long childKey, HttpContext context)
    {
        (PlanInput input, _, string purpose) = await Read(context).ConfigureAwait(false);
        (PlanOutcome outcome, byte[] pdf) = await context.RequestServices.GetRequiredService<FamilyPlans>()
            .Preview(childKey, input, new AccessReason(context.User.Member()!, purpose), Watermark(context), context.RequestAborted).ConfigureAwait(false);
        return outcome == PlanOutcome.Recorded ? Results.File(pdf, "application/pdf") : await Page(childKey, purpose, context, outcome, input).ConfigureAwait(false);
    }

    private static async Task<(PlanInput Input, string Ticket, string Purpose)> Read(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        DateOnly? review = DateOnly.TryParseExact(form["review"].ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
        PlanInput input = new(
            form["wish"].ToString(), form["goal"].ToString(), form["helps"].ToString(), form["request"].ToString(), review, form["contact"].ToString(), form["safety"].ToString() == "true");
        return (input, form["ticket"].ToString(), form["purpose"].ToString());
    }

    private static string? Watermark(HttpContext context) => context.RequestServices.GetRequiredService<WebParts>().Watermark;

    private static string Words(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.SafetyFirst => "支援措置があります。担当課に確認してから記録してください。",
        PlanOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
        _ => "めざすこと、することと連絡先を書いてください。一つの欄は300字まで、することは8行・1行100字までです。次に会う日は今日から3年以内です。",
    };
}
