using System.Globalization;
using System.Security.Claims;
using Warehouse.Reporting.Evaluation;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Web;

/// <summary>The page of evaluations: approved ones for readers, all for those who make statistics.</summary>
internal static class EvaluationEndpoints
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder released = app.MapGroup("").RequireAuthorization(Policies.Released);
        released.MapGet("/evaluation", (long? run, EvaluationDesk desk, ClaimsPrincipal user) => Page(desk, user, run, null)).ExcludeFromDescription();
        released.MapGet("/evaluation/{evaluationId:long}/{file}", (long evaluationId, string file, HttpContext context, EvaluationDesk desk) => WebServer.Guarded(context, () => Take(context, desk, evaluationId, file))).ExcludeFromDescription();
        app.MapGroup("").RequireAuthorization(Policies.Approval).MapPost("/evaluation/{evaluationId:long}/approve", (long evaluationId, HttpContext context, EvaluationDesk desk) => WebServer.Guarded(context, async () =>
        {
            try
            {
                await desk.Approve(context.User.Member()!, evaluationId, context.RequestAborted).ConfigureAwait(false);
                return Results.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/evaluation?run={evaluationId}"));
            }
            catch (ReleaseStepException refusal)
            {
                context.Response.StatusCode = StatusCodes.Status409Conflict;
                bool isEnglish = context.RequestServices.GetRequiredService<PageLanguage>().IsEnglish;
                return Page(desk, context.User, desk.Runs().Any(run => run.EvaluationId == evaluationId) ? evaluationId : null, isEnglish ? refusal.Message : refusal.MessageJa);
            }
        })).ExcludeFromDescription();
    }

    private static IResult Page(EvaluationDesk desk, ClaimsPrincipal user, long? number, string? fault)
    {
        StaffMember member = user.Member()!;
        List<EvaluationRun> runs = desk.Runs().Where(run => EvaluationDesk.CanSee(member, run)).ToList();
        // What is not approved is not there for readers, whatever number they ask for.
        EvaluationRun? chosen = number is null ? runs.LastOrDefault(run => run.IsApproved) ?? runs.LastOrDefault() : runs.Find(run => run.EvaluationId == number);
        return number is not null && chosen is null
            ? Results.NotFound()
            : WebServer.Page<EvaluationPage>(new { Member = member, Runs = runs, Run = chosen, Document = chosen is null ? null : desk.Document(chosen), Fault = fault });
    }

    private static async Task<IResult> Take(HttpContext context, EvaluationDesk desk, long evaluationId, string file)
    {
        StaffMember member = context.User.Member()!;
        if (desk.Runs().FirstOrDefault(run => run.EvaluationId == evaluationId) is not { } run || !EvaluationDesk.CanSee(member, run) || !EvaluationFiles.Names.Contains(file))
        {
            return Results.NotFound();
        }

        EvaluationDocument document = await desk.Take(member, run, context.RequestAborted).ConfigureAwait(false);
        byte[] bytes = context.RequestServices.GetRequiredService<EvaluationFiles>().Make(run, document, file, context.RequestAborted)!;
        return Results.File(bytes, ReleaseFiles.MediaType(file), string.Create(CultureInfo.InvariantCulture, $"evaluation-{evaluationId}{Path.GetExtension(file)}"));
    }
}
