using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Web;

/// <summary>What a caseworker entered, to show it again where it was not accepted.</summary>
/// <param name="Decision">The decision, or empty.</param>
/// <param name="Reason">The main reason, or empty.</param>
/// <param name="Note">The words.</param>
public sealed record EnteredJudgement(string Decision, string Reason, string Note);

/// <summary>A judgement as a program sends it.</summary>
/// <param name="Ticket">The ticket of <c>GET /api/v1/children/{childKey}</c>.</param>
/// <param name="Stage"><c>first</c> or <c>final</c>.</param>
/// <param name="Decision"><c>need</c>, <c>no_need</c> or <c>pending</c>.</param>
/// <param name="Reason">The main reason, by its code.</param>
/// <param name="Note">Words, or null.</param>
/// <param name="Purpose">Why the child is open.</param>
public sealed record JudgementMessage(string? Ticket, string? Stage, string? Decision, string? Reason, string? Note, string? Purpose);

/// <summary>Pages and interface of the caseworker's desk.</summary>
internal static class CaseworkEndpoints
{
    /// <summary>The header in which a program sends the token of its session.</summary>
    internal const string TokenHeader = "X-Warehouse-Token";

    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("").RequireAuthorization(Policies.Casework);
        group.MapGet("/worklist", async (WebParts parts, ClaimsPrincipal user, CancellationToken stop) =>
            WebServer.Page<WorklistPage>(new { Member = user.Member(), Rows = await Worklist(parts, user.Member()!, stop).ConfigureAwait(false) })).ExcludeFromDescription();
        group.MapGet("/children/{childKey:long}", (long childKey, string? purpose, HttpContext context) => purpose is null
            ? Task.FromResult<IResult>(WebServer.Page<PurposePage>(new { Member = context.User.Member(), ChildKey = Text(childKey) }))
            : WebServer.Guarded(context, () => Child(childKey, purpose, context, null, null))).ExcludeFromDescription();
        foreach (string stage in new[] { JudgementCodes.First, JudgementCodes.Final })
        {
            group.MapPost($"/children/{{childKey:long}}/judgements/{stage}", (long childKey, HttpContext context) =>
                WebServer.Guarded(context, () => Judge(childKey, stage, context))).ExcludeFromDescription();
        }

        group.MapGet("/children/{childKey:long}/brief.pdf", (long childKey, string? purpose, string? recipient, WebParts parts, HttpContext context) =>
            WebServer.Guarded(context, async () =>
            {
                if (string.IsNullOrWhiteSpace(recipient) || recipient.Length > 100)
                {
                    return Results.BadRequest();
                }

                (DateOnly asOf, DateTime known) = parts.Reader.Now();
                BriefOrder order = new(childKey, asOf, known, [recipient.Trim()], parts.Watermark);
                AccessReason reason = new(context.User.Member()!, purpose ?? "");
                IReadOnlyList<BriefFile> files = await parts.Briefs.Make(order, reason, context.RequestAborted).ConfigureAwait(false);
                return files.Count == 0 ? Results.NotFound() : Results.File(files[0].Pdf, "application/pdf", files[0].BriefId + ".pdf");
            }));

        RouteGroupBuilder api = app.MapGroup("/api/v1").RequireAuthorization(Policies.Casework);
        api.MapGet("/token", (HttpContext context, IAntiforgery forgery) => new { Header = TokenHeader, Token = forgery.GetAndStoreTokens(context).RequestToken });
        api.MapGet("/worklist", async (WebParts parts, ClaimsPrincipal user, CancellationToken stop) =>
            (await Worklist(parts, user.Member()!, stop).ConfigureAwait(false)).Select(row => new
            {
                ChildKey = Text(row.ChildKey),
                row.DistrictName,
                AgeYears = row.AgeMonths / 12,
                row.GradeCode,
            }));
        api.MapGet("/children/{childKey:long}", (long childKey, string? purpose, CaseDesk desk, HttpContext context) =>
            WebServer.Guarded(context, async () => await desk.Open(childKey, Reason(context, purpose), context.RequestAborted).ConfigureAwait(false) is { } view
                ? Results.Ok(Message(view, desk.Ticket(view, context.User.Member()!)))
                : Results.NotFound()));
        api.MapPost("/children/{childKey:long}/judgements", (long childKey, JudgementMessage message, CaseDesk desk, HttpContext context) =>
            WebServer.Guarded(context, async () =>
            {
                if (message.Stage is not (JudgementCodes.First or JudgementCodes.Final))
                {
                    return Problem(context, JudgementOutcome.Invalid);
                }

                JudgementInput form = new(message.Ticket ?? "", message.Decision ?? "", message.Reason ?? "", message.Note);
                (JudgementOutcome outcome, Judgement? judgement) = await desk
                    .Record(childKey, message.Stage, form, Reason(context, message.Purpose), context.RequestAborted).ConfigureAwait(false);
                return outcome == JudgementOutcome.Recorded ? Results.Ok(Said(judgement!)) : Problem(context, outcome);
            }));
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

    private static async Task<IReadOnlyList<WorklistRow>> Worklist(WebParts parts, StaffMember member, CancellationToken stop)
    {
        (DateOnly asOf, DateTime known) = parts.Reader.Now();
        List<WorklistRow> rows;
        using (WarehouseSession session = parts.Databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            rows = session.Query<WorklistRow>(
                    "query/report_worklist", new { as_known_utc = known, month_key = (asOf.Year * 100) + asOf.Month, list_length = parts.ListLength })
                .Where(row => member.Serves(row.DistrictCode)).DistinctBy(row => row.ChildKey).ToList();
        }

        // Each child shown is a read of that child.
        await parts.Audit.Record(
            rows.Select(row => new AuditEntry(member.StaffId, member.RoleCode, "worklist", "allowed", row.ChildKey, "", "worklist")).ToList(), stop).ConfigureAwait(false);
        return rows;
    }

    private static object Message(CaseView view, string ticket)
    {
        CaseBrief brief = CaseBriefBuilder.Build(view.Child, null, new BriefRequest("", "", "", 1, 1, "", null));
        return new
        {
            brief.DataDate,
            brief.Child,
            brief.Household,
            brief.Restriction,
            brief.Agencies,
            brief.Events,
            view.IsUrgent,
            First = view.First is { } first ? Said(first) : null,
            Finals = view.Finals.Select(Said),
            Analysis = CaseAnalysis.Of(view),
            Ticket = ticket,
        };
    }

    // Without the band: what the model said at the time of a first judgement is no part of it.
    private static object Said(Judgement judgement) => new
    {
        judgement.JudgementId,
        judgement.StageCode,
        judgement.RevisionNumber,
        judgement.DecisionCode,
        judgement.ReasonCode,
        judgement.Note,
        judgement.SpentSeconds,
        judgement.JudgedUtc,
    };

    private static AccessReason Reason(HttpContext context, string? purpose) => new(context.User.Member()!, purpose ?? "");

    private static IResult Problem(HttpContext context, JudgementOutcome outcome)
    {
        PageLanguage language = context.RequestServices.GetRequiredService<PageLanguage>();
        return Results.Problem(statusCode: Status(outcome), title: language.Text(Words(outcome)), extensions: new Dictionary<string, object?> { ["code"] = Code(outcome) });
    }

    private static int Status(JudgementOutcome outcome) =>
        outcome is JudgementOutcome.FirstStands or JudgementOutcome.FirstMissing ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;

    private static string Code(JudgementOutcome outcome) => outcome switch
    {
        JudgementOutcome.FirstStands => "first-stands",
        JudgementOutcome.FirstMissing => "first-missing",
        JudgementOutcome.WordsMissing => "words-missing",
        JudgementOutcome.TicketRefused => "ticket-refused",
        _ => "invalid",
    };

    private static string Words(JudgementOutcome outcome) => outcome switch
    {
        JudgementOutcome.FirstStands => "最初の判断はすでに記録されています。書き換えはできません。",
        JudgementOutcome.FirstMissing => "分析の結果を見る前の判断が、まだ記録されていません。",
        JudgementOutcome.WordsMissing => "判断を変えるときは、その理由を書いてください。",
        JudgementOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
        _ => "判断と主な理由を選んでください。メモは1000字までです。",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
