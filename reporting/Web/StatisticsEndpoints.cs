using System.Globalization;
using System.Security.Claims;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Web;

/// <summary>Pages and interface of statistics: the register of releases for those who make them, public releases for those who read them.</summary>
internal static class StatisticsEndpoints
{
    internal static void Map(WebApplication app)
    {
        MapRegister(app);
        MapReleased(app);
    }

    private static void MapRegister(WebApplication app)
    {
        RouteGroupBuilder register = app.MapGroup("").RequireAuthorization(Policies.Register);
        register.MapGet("/statistics", (ReleaseDesk desk, ClaimsPrincipal user) => Register(desk, user, null)).ExcludeFromDescription();
        register.MapGet("/statistics/{releaseId:long}", (long releaseId, ReleaseDesk desk, ClaimsPrincipal user) => Detail(desk, user, releaseId, null)).ExcludeFromDescription();

        RouteGroupBuilder drafting = app.MapGroup("").RequireAuthorization(Policies.Statistics);
        drafting.MapPost("/statistics/drafts", (HttpContext context, WebParts parts) => Step(context, null, async (desk, member, form) =>
        {
            (DateOnly asOf, DateTime known) = parts.Reader.Now();
            DateOnly day = DateOnly.TryParseExact(form["month"], "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly month) ? month.AddMonths(1).AddDays(-1) : asOf;
            return await desk.Draft(member, day < asOf ? day : asOf, known, form["note"].ToString(), context.RequestAborted).ConfigureAwait(false);
        })).ExcludeFromDescription();
        drafting.MapPost("/statistics/{releaseId:long}/check", (long releaseId, HttpContext context) => Step(context, releaseId, (desk, member, form) =>
            desk.Check(member, releaseId, form["note"].ToString(), context.RequestAborted))).ExcludeFromDescription();
        drafting.MapPost("/statistics/{releaseId:long}/reject", (long releaseId, HttpContext context) => Step(context, releaseId, (desk, member, form) =>
            desk.Reject(member, releaseId, form["note"].ToString(), context.RequestAborted))).ExcludeFromDescription();

        RouteGroupBuilder approval = app.MapGroup("").RequireAuthorization(Policies.Approval);
        approval.MapPost("/statistics/{releaseId:long}/approve", (long releaseId, HttpContext context) => Step(context, releaseId, (desk, member, form) =>
        {
            DateTime? from = form["public_from"].ToString() is not { Length: > 0 } text ? null
                : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? ReleaseText.StartOf(day)
                : throw new ReleaseStepException($"'{text}' is no day; expected YYYY-MM-DD.", "公表日は 2025-04-01 の形で入力してください。");
            return desk.Approve(member, releaseId, from, form["note"].ToString(), context.RequestAborted);
        })).ExcludeFromDescription();
        approval.MapPost("/statistics/{releaseId:long}/notice", (long releaseId, HttpContext context) => Step(context, releaseId, (desk, member, form) =>
            desk.Notice(member, desk.Find(releaseId)?.Number ?? 0, form["note"].ToString(), context.RequestAborted))).ExcludeFromDescription();
        approval.MapPost("/statistics/{releaseId:long}/withdraw", (long releaseId, HttpContext context) => Step(context, releaseId, (desk, member, form) =>
            desk.Withdraw(member, desk.Find(releaseId)?.Number ?? 0, form["note"].ToString(), context.RequestAborted))).ExcludeFromDescription();
        approval.MapPost("/statistics/{releaseId:long}/handout", async (long releaseId, HttpContext context) =>
        {
            ReleaseRecord? early = null;
            IResult failed = await Step(context, releaseId, async (desk, member, _) =>
            {
                await desk.HandOut(member, desk.Find(releaseId)?.Number ?? 0, context.RequestAborted).ConfigureAwait(false);
                return early = desk.Find(releaseId)!;
            }).ConfigureAwait(false);
            return early is null ? failed : File(context, early, context.RequestServices.GetRequiredService<ReleaseDesk>().Document(early), "statistics.xlsx")!;
        }).ExcludeFromDescription();
    }

    private static void MapReleased(WebApplication app)
    {
        RouteGroupBuilder released = app.MapGroup("").RequireAuthorization(Policies.Released);
        released.MapGet("/statistics/{code}.csv", (string code, HttpContext context, ReleaseDesk desk) =>
            WebServer.Guarded(context, () => Take(context, ReleaseDesk.Newest(desk.All()), code + ".csv")));
        released.MapGet("/dashboard", (int? release, string? table, string? line, ReleaseDesk desk, ClaimsPrincipal user) => Dashboard(desk, user, release, table, line)).ExcludeFromDescription();
        released.MapGet("/releases/{number:int}/{file}", (int number, string file, HttpContext context, ReleaseDesk desk) => WebServer.Guarded(context, () => Take(context, desk.FindNumber(number), file)));
    }

    internal static void MapApi(WebApplication app)
    {
        RouteGroupBuilder api = ApiV1.Group(app, "", Policies.Released, "statistics");
        api.MapGet("/statistics", (HttpContext context, ReleaseDesk desk) => WebServer.Guarded(context, () => Take(context, ReleaseDesk.Newest(desk.All()), "statistics.json")))
            .Produces(StatusCodes.Status200OK, contentType: "application/json").WithSummary("The newest public release");
        api.MapGet("/releases", (ReleaseDesk desk) => desk.All().Where(release => release.IsReadable || release.State == ReleaseState.Withdrawn).Select(release => new ReleaseMessage(
            release.Number,
            release.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            release.State.ToString().ToLowerInvariant(),
            release.PublicFromUtc,
            release.CorrectsNumber,
            release.CorrectedBy,
            release.DocumentSha256,
            [.. release.Notices.Select(step => new NoticeMessage(step.EventCode, step.AtUtc, step.NoteText))]))).WithSummary("Releases that are or were public");
        api.MapGet("/releases/{number:int}/{file}", (int number, string file, HttpContext context, ReleaseDesk desk) => WebServer.Guarded(context, () => Take(context, desk.FindNumber(number), file)))
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").ProducesProblem(StatusCodes.Status410Gone).WithSummary("A file of a public release: statistics.json, .xlsx, .pdf, .jsonld, or a table as .csv");
    }

    private static IResult Dashboard(ReleaseDesk desk, ClaimsPrincipal user, int? number, string? table, string? line)
    {
        // What is shown is chosen among what is public; a number, a table or a line that is not in it leads nowhere.
        List<ReleaseRecord> readable = desk.All().Where(release => release.IsReadable || release.State == ReleaseState.Withdrawn).ToList();
        ReleaseRecord? chosen = number is null ? ReleaseDesk.Newest(readable) : readable.Find(release => release.Number == number);
        if (number is not null && chosen is null)
        {
            return Results.NotFound();
        }

        StatisticsRelease? document = chosen is { IsReadable: true } ? desk.Document(chosen) : null;
        ReleasedTable? one = table is { Length: > 0 } ? document?.Table(table) : null;
        if (document is not null && table is { Length: > 0 } && (one is null || (line is { Length: > 0 } && one.Rows.All(row => row.Code != line))))
        {
            return Results.NotFound();
        }

        List<(ReleaseRecord, StatisticsRelease)> past = one is null ? [] : readable.Where(release => release.State == ReleaseState.Public).OrderBy(release => release.AsOf).ThenBy(release => release.Number)
            .Select(release => (release, desk.Document(release))).ToList();
        return WebServer.Page<DashboardPage>(new { Member = user.Member(), Releases = readable, Release = chosen, Document = document, Table = one, Line = line, Past = past });
    }

    private static IResult Register(ReleaseDesk desk, ClaimsPrincipal user, string? fault) =>
        WebServer.Page<StatisticsPage>(new { Member = user.Member(), Releases = desk.All(), Fault = fault });

    private static IResult Detail(ReleaseDesk desk, ClaimsPrincipal user, long releaseId, string? fault) =>
        desk.Find(releaseId) is not { } release ? Results.NotFound()
        : WebServer.Page<ReleasePage>(new { Member = user.Member(), Release = release, Document = release.State == ReleaseState.Registered ? null : desk.Document(release), Fault = fault });

    // A step that is not possible is no fault of the program: the page says why, and the register stays as it is.
    private static Task<IResult> Step(HttpContext context, long? releaseId, Func<ReleaseDesk, StaffMember, IFormCollection, Task<ReleaseRecord>> act) => WebServer.Guarded(context, async () =>
    {
        ReleaseDesk desk = context.RequestServices.GetRequiredService<ReleaseDesk>();
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string fault;
        try
        {
            ReleaseRecord release = await act(desk, context.User.Member()!, form).ConfigureAwait(false);
            return Results.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/statistics/{release.ReleaseId}"));
        }
        catch (ReleaseStepException refusal)
        {
            fault = Words(context, refusal.Message, refusal.MessageJa);
        }
        catch (ReleaseRefusedException refusal)
        {
            fault = Words(context, refusal.Message, refusal.MessageJa);
        }
        catch (DisclosureException refusal)
        {
            fault = Words(context, refusal.Message, refusal.MessageJa);
        }

        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return releaseId is { } id && desk.Find(id) is not null ? Detail(desk, context.User, id, fault) : Register(desk, context.User, fault);
    });

    private static string Words(HttpContext context, string english, string japanese) => context.RequestServices.GetRequiredService<PageLanguage>().IsEnglish ? english : japanese;

    private static async Task<IResult> Take(HttpContext context, ReleaseRecord? release, string file)
    {
        // What is not public is not there, for whoever asks; a release that was taken back says so.
        if (release is null or { IsReadable: false, State: not ReleaseState.Withdrawn })
        {
            return Results.NotFound();
        }

        if (release.State == ReleaseState.Withdrawn)
        {
            return Results.StatusCode(StatusCodes.Status410Gone);
        }

        ReleaseDesk desk = context.RequestServices.GetRequiredService<ReleaseDesk>();
        if (File(context, release, desk.Document(release), file) is not { } answer)
        {
            return Results.NotFound();
        }

        await desk.Take(context.User.Member()!, release, file, context.RequestAborted).ConfigureAwait(false);
        return answer;
    }

    private static IResult? File(HttpContext context, ReleaseRecord record, StatisticsRelease release, string file)
    {
        if (context.RequestServices.GetRequiredService<ReleaseFiles>().Make(record, release, file, context.RequestAborted) is not { } bytes)
        {
            return null;
        }

        string name = $"{Path.GetFileNameWithoutExtension(file)}-{record.Number!.Value.ToString(CultureInfo.InvariantCulture)}{Path.GetExtension(file)}";
        return Results.File(bytes, ReleaseFiles.MediaType(file), name);
    }
}
