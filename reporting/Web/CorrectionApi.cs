using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Corrections of a department's own quarantined rows for programs.</summary>
internal static class CorrectionApi
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder api = ApiV1.Group(app, "/corrections", Policies.Corrections, "corrections");
        api.MapGet("", (Delegate)(Func<HttpContext, Task<IReadOnlyList<QuarantineFigure>>>)CorrectionEndpoints.Figures).WithSummary("Quarantined and corrected rows of one's feeds, in figures");
        api.MapPost("", async (HttpContext context) =>
        {
            using MemoryStream bytes = new();
            await context.Request.Body.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
            return await WebServer.Guarded(context, async () =>
            {
                (CorrectionAnswer? answer, string? fault) = await CorrectionEndpoints.TakeIn(bytes.ToArray(), "report.csv", context).ConfigureAwait(false);
                return Answer(context, answer, fault);
            }).ConfigureAwait(false);
        }).WithMetadata(new RequestSizeLimitAttribute(CorrectionEndpoints.MostBytes)).Produces<CorrectionAnswer>().WithSummary("Takes a corrected report in: the bytes of the file as the body")
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                // Described only: a body of another type gets an answer about the report, not about a header.
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["text/csv"] = new() } };
                return Task.CompletedTask;
            });
        api.MapGet("/{feed}", (string feed, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            var rows = await CorrectionEndpoints.Rows(feed, context).ConfigureAwait(false);
            return Results.Ok(new QuarantineMessage(
                feed,
                rows.Count,
                [
                    .. rows.Take(CorrectionEndpoints.PageSize)
                        .Select(row => new QuarantinedMessage(row.Key, row.File, row.Line, row.Headers, row.Cells, [.. row.Reasons.Select(reason => new FaultMessage(reason.Reason, reason.Expected))])),
                ]));
        })).Produces<QuarantineMessage>().WithSummary("Rows of a feed that wait for correction");
        api.MapGet("/{feed}/report", (string feed, HttpContext context) => WebServer.Guarded(context, () => CorrectionEndpoints.Report(feed, context)))
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").WithSummary("All open rows of a feed as a file to correct; several layouts come as a ZIP");
        api.MapPost("/{feed}/rows/{key}", (string feed, string key, CellsMessage message, HttpContext context) => WebServer.Guarded(context, async () =>
        {
            (bool isOpen, CorrectionAnswer? answer, string? fault) = await CorrectionEndpoints.Put(feed, key, _ => message.Cells ?? [], context).ConfigureAwait(false);
            return isOpen ? Answer(context, answer, fault) : Results.NotFound();
        })).Produces<CorrectionAnswer>().WithSummary("Corrects one row: its values in the order of its columns");
    }

    private static IResult Answer(HttpContext context, CorrectionAnswer? answer, string? fault) =>
        fault is not null ? ApiV1.Problem(context, StatusCodes.Status400BadRequest, "invalid", fault) : Results.Ok(answer);
}
