using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>The interface for programs: what the pages do, by the same services, under the same rights, log and limits.</summary>
/// <remarks>
/// A program signs in as a person does and keeps the cookies. What changes something carries the token of the session in a header; what is entered about a child or a meeting
/// carries the ticket that the reading before gave, so that a message sent twice is one entry. Problems are told as RFC 9457 says, in the language of the request.
/// </remarks>
internal static class ApiV1
{
    internal const string Root = "/api/v1";

    private const string Document = "v1";

    internal static void AddDescription(IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith(Root[1..] + "/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Warehouse",
                Version = Document,
                Description = "What the pages do, for programs. Sign in at /sign-in and keep the cookies; send the token of GET /api/v1/token with everything that changes something. "
                    + "Reading a child needs a purpose and is a row of the access log. Nothing of the analysis is told before one's own first judgement.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["session"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = WebServer.CookieName, Description = "The cookie of a sign-in." };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("session", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.HttpMethod is not ("GET" or "HEAD"))
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = CaseworkEndpoints.TokenHeader,
                    In = ParameterLocation.Header,
                    Required = true,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Description = "The token of GET /api/v1/token.",
                });
            }

            return Task.CompletedTask;
        });
    });

    internal static void Map(WebApplication app)
    {
        Group(app, "", Policies.Staff, "session").MapGet("/token", (HttpContext context, IAntiforgery forgery) => new TokenMessage(CaseworkEndpoints.TokenHeader, forgery.GetAndStoreTokens(context).RequestToken))
            .WithSummary("The header and the token that everything carries that changes something");
        CaseworkApi.Map(app);
        ConferenceApi.Map(app);
        LinkageApi.Map(app);
        CorrectionApi.Map(app);
        StatisticsEndpoints.MapApi(app);
        RouteGroupBuilder oversight = Group(app, "", Policies.Oversight, "oversight");
        oversight.MapGet("/jobs", (WebParts parts) => parts.Jobs.Last()).Produces<IReadOnlyList<JobRun>>().WithSummary("The last 200 runs of jobs, newest first");
        oversight.MapGet("/audit/anomalies", (WebParts parts) => AuditTrail.Anomalies(parts.Databases)).Produces<IReadOnlyList<AuditAnomaly>>().WithSummary("What in the access log a person should look at");
        oversight.MapGet("/audit/verify", (WebParts parts) => AuditTrail.Verify(parts.Databases)).Produces<AuditVerdict>().WithSummary("Whether the chain of the access log is whole, and its first broken row");
    }

    /// <summary>Returns a group of routes below <see cref="Root"/>.</summary>
    internal static RouteGroupBuilder Group(WebApplication app, string path, string policy, string tag) => app.MapGroup(Root + path).RequireAuthorization(policy).WithTags(tag)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);

    /// <summary>Returns a problem in the language of the request, with a code that does not change with it.</summary>
    internal static IResult Problem(HttpContext context, int status, string code, string japanese) => Results.Problem(
        statusCode: status, title: context.RequestServices.GetRequiredService<PageLanguage>().Text(japanese), extensions: new Dictionary<string, object?> { ["code"] = code });

    /// <summary>Reads a key; 0 where it is none.</summary>
    internal static long Key(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key) ? key : 0;

    /// <summary>Returns a key as the interface writes it.</summary>
    internal static string Text(long key) => key.ToString(CultureInfo.InvariantCulture);
}
