using Warehouse.Etl.Link.Review;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Link review for programs.</summary>
internal static class LinkageApi
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder api = ApiV1.Group(app, "/links", Policies.Linkage, "links");
        api.MapGet("", async (int? page, HttpContext context) =>
        {
            (int total, IReadOnlyList<QueuedRecord> records, int shown, int last) = await LinkageEndpoints.Waiting(page, context).ConfigureAwait(false);
            return new QueueMessage(total, shown, last, [.. records.Select(record => new QueuedMessage(ApiV1.Text(record.RecordKey), record.Others, record.MadeUtc, record.UnsureBy))]);
        }).WithSummary("Records that wait for a decision");
        api.MapGet("/{recordKey:long}", async (long recordKey, bool? score, HttpContext context) =>
            await LinkageEndpoints.Open(recordKey, score == true, context).ConfigureAwait(false) is { } found ? Results.Ok(Message(recordKey, found.Case, score == true, found.Ticket)) : Results.NotFound())
            .Produces<LinkCaseMessage>().WithSummary("A record beside those it was compared with; score=true shows what the linker found, and that is recorded with the decision");
        api.MapPost("/{recordKey:long}", async (long recordKey, LinkDecisionMessage message, HttpContext context) =>
        {
            LinkAnswer answer = await LinkageEndpoints.Settle(
                recordKey, message.Ticket ?? "", message.Decision ?? "", ApiV1.Key(message.OtherRecordKey), message.Scope == "all", message.Reason ?? "", context).ConfigureAwait(false);
            string location = $"{ApiV1.Root}/links/forms/{answer.FormId}";
            return answer.Fault is null ? Results.Created(location, new CreatedMessage(answer.FormId, location)) : Problem(context, answer);
        }).Produces<CreatedMessage>(StatusCodes.Status201Created).WithSummary("Decides a pair that waits");
        api.MapGet("/forms/{formId}", async (string formId, HttpContext context) => await LinkageEndpoints.Sent(formId, context).ConfigureAwait(false) is { } form
            ? Results.Ok(new FormMessage(form.FormId, form.EventId, form.OutcomeCode, form.StaffId, form.Reason, form.SentUtc))
            : Results.NotFound()).Produces<FormMessage>().WithSummary("A form on which a pair was decided");
        api.MapGet("/persons/{personKey:long}", async (long personKey, HttpContext context) =>
        {
            var (records, ticket) = await LinkageEndpoints.Whole(personKey, context).ConfigureAwait(false);
            return records.Count == 0 ? Results.NotFound() : Results.Ok(new PersonMessage(ApiV1.Text(personKey), [.. records.Select(record => Line("own", 0, record))], ticket));
        }).Produces<PersonMessage>().WithSummary("All records of one person");
        api.MapPost("/persons/{personKey:long}/split", async (long personKey, SplitMessage message, HttpContext context) =>
            await LinkageEndpoints.Split(personKey, message.Ticket ?? "", [.. (message.RecordKeys ?? []).Select(ApiV1.Key)], message.Reason ?? "", context).ConfigureAwait(false) is { Fault: not null } answer
                ? Problem(context, answer)
                : Results.NoContent()).Produces(StatusCodes.Status204NoContent).WithSummary("Takes records out of a person into one of their own");
        api.MapGet("/decisions", async (HttpContext context) =>
        {
            var (total, events, ticket) = await LinkageEndpoints.Decided(context).ConfigureAwait(false);
            return new LinkEventsMessage(
                total, [.. events.Select(one => new LinkEventMessage(one.EventId, one.EventCode, one.StaffId, one.Reason, one.DecidedUtc, one.UndoneEventId, one.UndoneByEventId))], ticket);
        }).WithSummary("The last decisions, newest first");
        api.MapPost("/decisions/{eventId:long}/undo", async (long eventId, ReasonMessage message, HttpContext context) =>
            await LinkageEndpoints.TakeBack(eventId, message.Ticket ?? "", message.Reason ?? "", context).ConfigureAwait(false) is { Fault: not null } answer ? Problem(context, answer) : Results.NoContent())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Takes a decision back");
        api.MapPost("/apply", async (HttpContext context) =>
        {
            (string? fault, string summary) = await LinkageEndpoints.HandOver(context).ConfigureAwait(false);
            return fault is null ? Results.Ok(new SummaryMessage(summary)) : ApiV1.Problem(context, StatusCodes.Status409Conflict, "busy", fault);
        }).Produces<SummaryMessage>().WithSummary("Moves the facts of decided records at once");
    }

    private static LinkCaseMessage Message(long recordKey, LinkCase found, bool withScore, string ticket) => new(
        ApiV1.Text(recordKey),
        [
            .. found.Columns.Select(column => Line(column.Kind, column.Person, column.Record)),
        ],
        [.. found.Pairs.Select(pair => new PairMessage(ApiV1.Text(pair.OtherRecordKey), withScore ? pair.WeightBits : null, withScore ? pair.Posterior : null))],
        found.OwnCount,
        ticket);

    private static ComparedMessage Line(string kind, int person, ReviewRecord record) => new(
        kind, person, ApiV1.Text(record.RecordKey), record.SystemCode, record.SourceId, record.NameKanji, record.NameKana, record.BirthDate, record.SexCode, record.Address, record.GuardianName,
        record.HouseholdNumber);

    private static IResult Problem(HttpContext context, LinkAnswer answer) =>
        ApiV1.Problem(context, answer.Code is "invalid" or "ticket-refused" ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict, answer.Code, answer.Fault!);
}
