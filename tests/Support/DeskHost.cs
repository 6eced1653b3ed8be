using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Freshness;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Web;
using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>The reporting service on a free port over the sample children, with an account for each role.</summary>
/// <remarks>The password of an account is its id. Caseworkers: <c>caseworker</c> of district D1, <c>western</c> of D2, <c>city</c> of the whole city.</remarks>
public sealed partial class DeskHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DeskHost(WarehouseFixture fixture, ManualTime time, AuditTrail audit, WebApplication app)
    {
        Fixture = fixture;
        Time = time;
        Audit = audit;
        _app = app;
    }

    /// <summary>The databases.</summary>
    public WarehouseFixture Fixture { get; }

    /// <summary>The clock of the service.</summary>
    public ManualTime Time { get; }

    /// <summary>The access log.</summary>
    public AuditTrail Audit { get; }

    /// <summary>What nobody needs to sign in for.</summary>
    public static IReadOnlyList<string> Open { get; } = ["/health", "/health/ready", "/site.css", "/sign-in", "/sign-in/code", "/sign-in/factor"];

    /// <summary>What protects second factors in tests.</summary>
    public static FactorKeys Keys { get; } = new("an installation secret for tests only"u8.ToArray());

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Every endpoint that the service maps.</summary>
    public IReadOnlyList<RouteEndpoint> Routes =>
        Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

    /// <summary>Starts a host.</summary>
    /// <param name="prepare">Writes more into the databases before the service starts.</param>
    /// <param name="change">Changes what the service stands on.</param>
    /// <param name="isEmpty">Whether the sample children are left out.</param>
    public static async Task<DeskHost> Start(Action<WarehouseFixture>? prepare = null, Func<WebParts, WebParts>? change = null, bool isEmpty = false)
    {
        WarehouseFixture fixture = WarehouseFixture.Create();
        if (!isEmpty)
        {
            SampleChild.Write(fixture);
        }

        prepare?.Invoke(fixture);
        ManualTime time = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
        AuditTrail audit = new(fixture.Databases, time);
        StaffAccounts accounts = new(fixture.Databases, time, Keys);
        foreach (StaffMember member in new StaffMember[]
        {
            new("steward", "統括 花子", Roles.Steward, ""), new("auditor", "監査 三郎", Roles.Auditor, ""), new("linkage", "名寄 五郎", Roles.Linkage, ""),
            new("analyst", "分析 一郎", Roles.Analyst, ""), new("policymaker", "政策 二郎", Roles.Policymaker, ""), new("school", "学校 四郎", "source:school", ""), new("resident", "住民 八子", "source:resident", ""),
            new("administrator", "管理 六子", Roles.Administrator, ""),
            new("caseworker", "支援 太郎", Roles.Caseworker, "D1"), new("western", "支援 次郎", Roles.Caseworker, "D2"), new("city", "支援 三子", Roles.Caseworker, Roles.CityRemit),
        })
        {
            accounts.Save(member, member.StaffId);
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        BriefReader reader = new(fixture.Databases, audit);
        BriefService briefs = new(fixture.Databases, reader, PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn }, NullLogger.Instance), time);
        WebParts parts = new(fixture.Databases, audit, accounts, reader, briefs, new JobHistory(fixture.Databases, time), DisclosureProfile.JpNdb, time);
        parts = parts with
        {
            Freshness = () => FreshnessReader.Read(
                fixture.Databases,
                [new SourceTerms("resident", "resident", "住民基本台帳", "市民課", 1, 10, 7, true), new SourceTerms("school", "school", "学齢簿", "学校教育課", 1, 10, 7, true)],
                new DateOnly(2025, 4, 20),
                null),
        };
        // Tests come from one address and by the hundred; those about the limits set them.
        parts = parts with { RequestsPerMinute = 10_000, SignInsPerMinute = 1_000 };
        builder.AddPages(change is null ? parts : change(parts));
        WebApplication app = builder.Build();
        app.UsePages();
        await app.StartAsync();
        return new DeskHost(fixture, time, audit, app);
    }

    /// <summary>Returns a browser that is not signed in.</summary>
    public HttpClient Client() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    /// <summary>Returns a browser that is signed in.</summary>
    public async Task<HttpClient> SignedIn(string staffId)
    {
        HttpClient client = Client();
        using HttpResponseMessage response = await Post(client, "/sign-in", "/sign-in", new() { ["staff_id"] = staffId, ["password"] = staffId, ["from"] = "/" });
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return client;
    }

    /// <summary>Opens a page, fills its form that goes to <paramref name="action"/> and sends it.</summary>
    public static async Task<HttpResponseMessage> Post(HttpClient client, string page, string action, Dictionary<string, string> fields)
    {
        Dictionary<string, string> form = Hidden(await Text(client, page), action);
        foreach ((string name, string value) in fields)
        {
            form[name] = value;
        }

        return await client.PostAsync(action, new FormUrlEncodedContent(form));
    }

    /// <summary>Returns the hidden fields of the form of a page that goes to <paramref name="action"/>.</summary>
    public static Dictionary<string, string> Hidden(string html, string action)
    {
        Match form = Regex.Match(html, $"<form[^>]*action=\"{Regex.Escape(action)}\"[^>]*>(.*?)</form>", RegexOptions.Singleline);
        Assert.True(form.Success, $"no form goes to {action}");
        return Input().Matches(form.Groups[1].Value).Where(match => match.Value.Contains("type=\"hidden\"", StringComparison.Ordinal))
            .ToDictionary(match => Attribute(match.Value, "name"), match => WebUtility.HtmlDecode(Attribute(match.Value, "value")), StringComparer.Ordinal);
    }

    /// <summary>Returns the text of a page as a reader sees it.</summary>
    public static async Task<string> Text(HttpClient client, string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");
        using HttpResponseMessage response = await client.SendAsync(request);
        return WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a message to the interface with the token of the session.</summary>
    public static async Task<HttpResponseMessage> Send(HttpClient client, string path, object message)
    {
        JsonElement token = await client.GetFromJsonAsync<JsonElement>("/api/v1/token");
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(message) };
        request.Headers.Add(token.GetProperty("header").GetString()!, token.GetProperty("token").GetString());
        return await client.SendAsync(request);
    }

    /// <summary>Counts rows of the identity database.</summary>
    public int CountIdentity(string table, string where)
    {
        using WarehouseSession session = Fixture.Identity(SessionRole.Migrator);
        return session.ScalarText<int>($"SELECT CAST(COUNT(*) AS INTEGER) AS n FROM {table} WHERE {where}");
    }

    /// <summary>Counts rows of the warehouse.</summary>
    public int Count(string table, string where)
    {
        using WarehouseSession session = Fixture.Warehouse(SessionRole.Migrator);
        return session.ScalarText<int>($"SELECT CAST(COUNT(*) AS INTEGER) AS n FROM {table} WHERE {where}");
    }

    /// <summary>Stops the service and drops the databases.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Audit.DisposeAsync();
        Fixture.Dispose();
    }

    private static string Attribute(string tag, string name) => Regex.Match(tag, $"\\b{name}=\"([^\"]*)\"").Groups[1].Value;

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Input();
}
