using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Warehouse.Etl;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Evaluation;
using Warehouse.Reporting.Freshness;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Web;

/// <summary>What the pages stand on.</summary>
public sealed record WebParts(
    WarehouseDatabases Databases,
    AuditTrail Audit,
    StaffAccounts Accounts,
    BriefReader Reader,
    BriefService Briefs,
    JobHistory Jobs,
    DisclosureProfile Profile,
    TimeProvider Time)
{
    /// <summary>Whether the sign-in cookie is sent over HTTPS only.</summary>
    public bool RequireHttps { get; init; }

    /// <summary>How long a session lives without a request.</summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Requests that one member of staff may make in a minute, from any number of browsers.</summary>
    public int RequestsPerMinute { get; init; } = 240;

    /// <summary>Attempts to sign in from one address in a minute; above it nobody is told whether a password fits.</summary>
    public int SignInsPerMinute { get; init; } = 20;

    /// <summary>Text across the pages of briefs, or null.</summary>
    public string? Watermark { get; init; }

    /// <summary>Reads the freshness of the sources; null where the host has none to give.</summary>
    public Func<FreshnessReport>? Freshness { get; init; }

    /// <summary>Returns the card of the model in use as a page, in English or Japanese; null where there is no model.</summary>
    public Func<bool, string?>? ModelCard { get; init; }

    /// <summary>Returns how corrected rows are loaded, with the installation secret; null where the service does not know it.</summary>
    public Func<LoadOptions>? Corrections { get; init; }

    /// <summary>The folder of approved mappings of vendors' files.</summary>
    public string Mappings { get; init; } = "";

    /// <summary>The identity provider; null where there is none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>The folder of the keys that protect cookies; null keeps them in memory, so that a restart signs everybody out.</summary>
    public string? KeyFolder { get; init; }
}

/// <summary>Services and middleware of the reporting service: closed unless an endpoint names who may call it.</summary>
public static class WebServer
{
    /// <summary>The cookie of a session.</summary>
    internal const string CookieName = "warehouse";

    /// <summary>Adds what the pages need.</summary>
    public static void AddPages(this WebApplicationBuilder builder, WebParts parts)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(parts);
        IServiceCollection services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        });
        services.AddSingleton(parts);
        services.AddSingleton(parts.Audit);
        services.AddSingleton(parts.Time);
        services.AddSingleton<CaseTickets>();
        services.AddSingleton<HalfSignIns>();
        services.AddSingleton<ExcessRecorder>();
        services.AddSingleton(new WorklistReader(parts.Databases, parts.Reader, parts.Audit, parts.Time));
        services.AddSingleton(provider => new Outreach(parts.Databases, parts.Reader, provider.GetRequiredService<CaseTickets>(), parts.Time));
        services.AddSingleton(provider => new CaseDesk(parts.Databases, parts.Reader, parts.Audit, provider.GetRequiredService<CaseTickets>(), parts.Time));
        services.AddSingleton(provider => new FamilyPlans(parts.Databases, parts.Reader, parts.Briefs, provider.GetRequiredService<CaseTickets>(), parts.Time));
        services.AddSingleton(new ReleaseDesk(parts.Databases, parts.Audit, parts.Profile, parts.Time));
        services.AddSingleton(new ReleaseFiles(parts.Briefs.Renderer));
        services.AddSingleton(new EvaluationDesk(parts.Databases, parts.Audit, parts.Profile, parts.Time));
        services.AddSingleton(new EvaluationFiles(parts.Briefs.Renderer));
        services.AddSingleton(provider => new Conferences(parts.Databases, parts.Reader, parts.Audit, provider.GetRequiredService<CaseTickets>(), parts.Time));
        services.AddSingleton(provider => new ConferenceBatches(provider.GetRequiredService<CaseDesk>(), parts.Briefs, parts.Reader));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalRecorder>();
        IDataProtectionBuilder protection = services.AddDataProtection().SetApplicationName("warehouse");
        if (parts.KeyFolder is { } folder)
        {
            protection.PersistKeysToFileSystem(Directory.CreateDirectory(folder));
        }
        else
        {
            protection.UseEphemeralDataProtectionProvider();
        }

        AuthenticationBuilder authentication = services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = CookieName;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = parts.RequireHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = parts.SessionTime;
            cookie.SlidingExpiration = true;
            cookie.TimeProvider = parts.Time;
            cookie.Events.OnRedirectToLogin = context =>
            {
                if (WantsPage(context.Request))
                {
                    context.Response.Redirect("/sign-in?from=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
                }
                else
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                }

                return Task.CompletedTask;
            };
            cookie.Events.OnRedirectToAccessDenied = context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            };
            cookie.Events.OnValidatePrincipal = context =>
            {
                // An account that was closed or changed loses its session with its next request.
                if (context.Principal?.Member() is not { } member || !parts.Accounts.IsCurrent(member, context.Principal.FindFirstValue(Policies.StampClaim) ?? ""))
                {
                    context.RejectPrincipal();
                }

                return Task.CompletedTask;
            };
        });
        if (parts.Oidc is { } oidc)
        {
            OidcSignIn.Add(authentication, oidc, parts);
        }

        services.AddAuthorization(Policies.Configure);
        services.AddAntiforgery(forgery =>
        {
            forgery.HeaderName = CaseworkEndpoints.TokenHeader;
            forgery.Cookie.Name = "warehouse-form";
            forgery.Cookie.SameSite = SameSiteMode.Strict;
            forgery.Cookie.SecurePolicy = parts.RequireHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (rejected, cancellation) =>
                await rejected.HttpContext.RequestServices.GetRequiredService<ExcessRecorder>().Record(rejected.HttpContext, Client(rejected.HttpContext).Key, cancellation).ConfigureAwait(false);
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => Window(Client(context)));

            (string Key, int Permits) Client(HttpContext context) => context switch
            {
                _ when HttpMethods.IsPost(context.Request.Method) && context.Request.Path.StartsWithSegments("/sign-in") =>
                    ("sign-in " + context.Connection.RemoteIpAddress, parts.SignInsPerMinute),
                { User.Identity: { IsAuthenticated: true, Name: { } staffId } } => ("staff " + staffId, parts.RequestsPerMinute),
                _ => ("address " + context.Connection.RemoteIpAddress, parts.RequestsPerMinute * 4),
            };

            static RateLimitPartition<string> Window((string Key, int Permits) client) => RateLimitPartition.GetFixedWindowLimiter(
                client.Key, _ => new FixedWindowRateLimiterOptions { PermitLimit = client.Permits, Window = TimeSpan.FromMinutes(1) });
        });
        // Japanese text as it is; what means something in HTML is encoded all the same.
        services.AddSingleton(System.Text.Encodings.Web.HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All));
        services.AddScoped<PageLanguage>();
        services.AddRazorComponents();
        ApiV1.AddDescription(services);
        services.AddProblemDetails();
    }

    /// <summary>Puts the middleware in order and maps all endpoints.</summary>
    public static void UsePages(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(SecurityHeaders);
        app.Use(PageLanguage.Choose);
        app.UseExceptionHandler(errors => errors.Run(context => Fail(
            context, context.Features.Get<IExceptionHandlerFeature>()?.Error is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError)));
        app.UseStatusCodePages(context => context.HttpContext.Response.HasStarted
            ? Task.CompletedTask
            : Fail(context.HttpContext, context.HttpContext.Response.StatusCode));
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(RequireToken);
        app.UseAntiforgery();
        MapOpen(app);
        if (app.Services.GetRequiredService<WebParts>().Oidc is not null)
        {
            OidcSignIn.Map(app);
        }

        MapStaff(app);
        CaseworkEndpoints.Map(app);
        StatisticsEndpoints.Map(app);
        EvaluationEndpoints.Map(app);
        ConferenceEndpoints.Map(app);
        PlanEndpoints.Map(app);
        AccountEndpoints.Map(app);
        LinkageEndpoints.Map(app);
        CorrectionEndpoints.Map(app);
        MapOversight(app);
        MapSources(app);
        ApiV1.Map(app);
    }

    private static void MapSources(WebApplication app)
    {
        RouteGroupBuilder sources = app.MapGroup("").RequireAuthorization(Policies.Sources);
        sources.MapGet("/freshness", (WebParts parts, ClaimsPrincipal user) => Freshness(parts, user) is { } report
            ? Page<FreshnessPage>(new { Member = user.Member(), Report = report, Threshold = parts.Profile.Threshold(UnitKind.City, null) ?? parts.Profile.LargestThreshold })
            : Results.NotFound()).ExcludeFromDescription();
    }

    // A department sees what is its own.
    private static FreshnessReport? Freshness(WebParts parts, ClaimsPrincipal user) =>
        parts.Freshness?.Invoke() is not { } report ? null
        : Roles.SystemOf(user.Member()!.RoleCode) is { } system ? report.OnlyOf(system)
        : report;

    private static void MapOpen(WebApplication app)
    {
        app.MapGet("/health", () => Results.Ok(new { status = "ok" })).AllowAnonymous();
        app.MapGet("/health/ready", (WebParts parts) =>
        {
            try
            {
                SchemaRange.Check(parts.Databases);
                return Results.Ok(new { status = "ready" });
            }
            catch (WarehouseException)
            {
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            }
        }).AllowAnonymous();
        app.MapGet("/site.css", () => Results.Text(Style.Value, "text/css; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/sign-in", (string? from) => Page<SignInPage>(new { From = Local(from) })).AllowAnonymous().ExcludeFromDescription();
    }

    private static void MapStaff(WebApplication app)
    {
        app.MapGet("/model", (WebParts parts, PageLanguage language, HttpContext context) =>
        {
            if (parts.ModelCard?.Invoke(language.IsEnglish) is not { } card)
            {
                return Results.NotFound();
            }

            // The card is a file of its own with its style inside: this very style is allowed, by its hash, and no other.
            int from = card.IndexOf("<style>", StringComparison.Ordinal) + "<style>".Length;
            string style = card[from..card.IndexOf("</style>", StringComparison.Ordinal)];
            string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
            context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
            return Results.Text(card, "text/html; charset=utf-8");
        }).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
        app.MapOpenApi().RequireAuthorization(Policies.Staff);
        app.MapPost("/sign-out", async (HttpContext context, WebParts parts) =>
        {
            await context.SignOutAsync().ConfigureAwait(false);
            return parts.Oidc is null ? Results.Redirect("/sign-in") : Page<LeavingPage>(new { });
        }).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
        app.MapGet("/", (ClaimsPrincipal user) => user.Member()!.RoleCode switch
        {
            Roles.Caseworker => Results.Redirect("/worklist"),
            Roles.Steward => Results.Redirect("/statistics"),
            Roles.Auditor => Results.Redirect("/audit"),
            Roles.Policymaker => Results.Redirect("/dashboard"),
            Roles.Linkage => Results.Redirect("/links"),
            Roles.Administrator => Results.Redirect("/accounts"),
            string role when Roles.SystemOf(role) is not null => Results.Redirect("/freshness"),
            _ => Page<RolePage>(new { Member = user.Member() }),
        }).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
    }

    private static void MapOversight(WebApplication app)
    {
        RouteGroupBuilder oversight = app.MapGroup("").RequireAuthorization(Policies.Oversight);
        oversight.MapGet("/jobs", (WebParts parts, ClaimsPrincipal user) =>
            Page<JobsPage>(new { Member = user.Member(), Runs = parts.Jobs.Last() })).ExcludeFromDescription();
        oversight.MapGet("/audit", (WebParts parts, ClaimsPrincipal user) =>
            Page<AuditPage>(new { Member = user.Member(), Verdict = AuditTrail.Verify(parts.Databases), Anomalies = AuditTrail.Anomalies(parts.Databases) })).ExcludeFromDescription();
    }

    internal static async Task<IResult> Guarded(HttpContext context, Func<Task<IResult>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (AccessRefusedException)
        {
            // The refusal is in the log; its reason is not told, so that nobody learns who is known.
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
    }

    internal static RazorComponentResult<T> Page<T>(object parameters)
        where T : IComponent => new(parameters);

    private static readonly Lazy<string> Style = new(() =>
    {
        using Stream stream = typeof(WebServer).Assembly.GetManifestResourceStream("web/site.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    });

    private static Task SecurityHeaders(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        return next(context);
    }

    // Whatever changes something carries the token of this session, forms in a field and programs in a header; no endpoint can forget to ask.
    private static async Task RequireToken(HttpContext context, RequestDelegate next)
    {
        int status = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || context.GetEndpoint() is null
            ? 0
            : await TokenFault(context).ConfigureAwait(false);
        if (status != 0)
        {
            if (context.User.Member() is { } member)
            {
                string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
                await context.RequestServices.GetRequiredService<AuditTrail>().Record(
                    new AuditEntry(member.StaffId, member.RoleCode, "form-token", "refused", 0, "", context.Request.Method + " " + route), context.RequestAborted).ConfigureAwait(false);
            }

            context.Response.StatusCode = status;
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    // 0 where the token fits; a body that cannot be read, such as one too large, has no token either.
    private static async Task<int> TokenFault(HttpContext context)
    {
        try
        {
            return await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context).ConfigureAwait(false) ? 0 : StatusCodes.Status400BadRequest;
        }
        catch (AntiforgeryValidationException fault)
        {
            return fault.InnerException is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
        }
    }

    private static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/openapi")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    // Only a path of this service: never an address of another.
    internal static string Local(string? from) =>
        from is { Length: > 1 and <= 500 } && from[0] == '/' && from[1] is not ('/' or '\\') && !from.Any(char.IsControl) ? from : "/";

    private static async Task Fail(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        PageLanguage language = context.RequestServices.GetRequiredService<PageLanguage>();
        (string title, string text) = status switch
        {
            400 => ("入力に誤りがあります", "前のページに戻り、入力を確かめてください。"),
            401 => ("サインインが必要です", "サインインしてから、もう一度開いてください。"),
            403 => ("このページは開けません", "この役割または担当の範囲では許可されていません。開こうとしたことは記録されました。"),
            404 => ("見つかりません", "ページの場所が変わったか、その児童の記録がありません。"),
            409 => ("先に判断を記録してください", "分析の結果を含む資料は、ご自身の最初の判断を記録してから開けます。"),
            405 => ("この方法では呼び出せません", "前のページに戻り、画面のボタンから操作してください。"),
            410 => ("取り下げられました", "この統計は取り下げられました。数値は使わないでください。"),
            413 => ("送られた内容が大きすぎます", "メモを短くしてから、もう一度送ってください。"),
            429 => ("続けて操作しすぎています", "1分ほど待ってからやり直してください。"),
            503 => ("準備ができていません", "しばらくしてからやり直してください。"),
            _ => ("処理中に問題が起きました", "もう一度試しても同じなら、管理者に連絡してください。"),
        };
        if (WantsPage(context.Request))
        {
            await Page<MessagePage>(new { Title = language.Text(title), Text = language.Text(text), Status = status, Member = context.User.Member() }).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await Results.Problem(statusCode: status, title: language.Text(title), detail: language.Text(text)).ExecuteAsync(context).ConfigureAwait(false);
    }
}
