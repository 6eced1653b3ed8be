using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

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

        RouteGroupBuilder api = app.MapGroup("/api/v1").RequireAuthorization(Policies.Casework);
        api.MapGet("/token", (HttpContext context, IAntiforgery forgery) => new { Header = TokenHeader, Token = forgery.GetAndStoreTokens(context).RequestToken });
        api.MapGet("/worklist", async (string? council, string? judged, bool? changed, bool? due, WorklistReader lists, ClaimsPrincipal user, CancellationToken stop) =>
        {
            Worklist list = await lists.Read(user.Member()!, new WorklistFilter(council, judged, changed == true, due == true), stop).ConfigureAwait(false);
            return new
            {
                list.SnapshotDate,
                list.Total,
                list.Expectation,
                Urgent = list.Urgent.Select(child => new { ChildKey = Text(child.ChildKey), child.ReceivedDate, child.DistrictName, AgeYears = child.AgeMonths / 12, child.GradeCode }),
                Due = list.Due.Select(child => new { ChildKey = Text(child.ChildKey), child.DistrictName, AgeYears = child.AgeMonths / 12, child.GradeCode, child.Due }),
                Children = list.Rows.Select(row => new
                {
                    ChildKey = Text(row.ChildKey),
                    row.DistrictName,
                    AgeYears = row.AgeMonths / 12,
                    row.GradeCode,
                    row.IsInCouncil,
                    row.HasChanged,
                    row.Due,
                    row.FirstDecision,
                    row.FinalDecision,
                    row.BandCode,
                    row.Trend,
                }),
            };
        });
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
        string recipient = form["recipient"].ToString().Trim();
        AccessReason reason = Reason(context, "conference");
        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        (DateOnly asOf, DateTime known) = parts.Reader.Now();
        if (await parts.Reader.Allow(childKey, asOf, known, reason, "brief-order", "", context.RequestAborted).ConfigureAwait(false) is null)
        {
            return Results.NotFound();
        }

        if (recipient.Length is 0 or > 100)
        {
            return Results.BadRequest();
        }

        (Judgement? first, Judgement? final) = context.RequestServices.GetRequiredService<CaseDesk>().Judged(childKey, reason.Member.StaffId);
        if (first is null)
        {
            return Results.StatusCode(StatusCodes.Status409Conflict);
        }

        BriefOrder order = new(childKey, asOf, known, [recipient], parts.Watermark)
        {
            BlindJudgement = Printed(first, reason.Member),
            FinalJudgement = final is null ? null : Printed(final, reason.Member),
        };
        IReadOnlyList<BriefFile> files = await parts.Briefs.Make(order, reason, context.RequestAborted).ConfigureAwait(false);
        return files.Count == 0 ? Results.NotFound() : Results.Redirect($"/briefs/{files[0].BriefId}?purpose=conference");
    }

    // Whose child it is decides, not who knows the number: remit, purpose and own first judgement are those of today.
    private static async Task<IResult> OpenBrief(string briefId, string? purpose, HttpContext context)
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
        if (!context.RequestServices.GetRequiredService<CaseDesk>().HasJudged(childKey, reason.Member.StaffId))
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
            Fault = fault switch
            {
                null => null,
                ContactOutcome.SafetyFirst => "支援措置があります。担当課に確認してから記録してください。",
                ContactOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
                _ => "内容と日付を確かめてください。過去の出来事は今日までの日付、計画と見直しは今日からの日付です。メモは1000字までです。",
            },
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
