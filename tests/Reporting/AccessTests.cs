using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
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
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed partial class AccessTests : IAsyncLifetime
{
    private static readonly string[] Open = ["/health", "/health/ready", "/site.css", "/sign-in"];

    private readonly WarehouseFixture _fixture = WarehouseFixture.Create();
    private AuditTrail _audit = null!;
    private StaffAccounts _accounts = null!;
    private WebApplication _app = null!;

    private Uri Address => new(_app.Urls.First());

    public async ValueTask InitializeAsync()
    {
        SampleChild.Write(_fixture);
        _audit = new AuditTrail(_fixture.Databases, TimeProvider.System);
        _accounts = new StaffAccounts(_fixture.Databases, TimeProvider.System);
        foreach (string role in new[] { Roles.Steward, Roles.Linkage, Roles.Analyst, Roles.Policymaker, Roles.Auditor, "source:school" })
        {
            _accounts.Save(new StaffMember(role.Replace(':', '-'), role, role, ""), "pass-" + role);
        }

        _accounts.Save(new StaffMember("caseworker", "支援 太郎", Roles.Caseworker, "D1"), "pass-caseworker");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        BriefReader reader = new(_fixture.Databases, _audit);
        BriefService briefs = new(_fixture.Databases, reader, PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn }, NullLogger.Instance), TimeProvider.System);
        builder.AddPages(new WebParts(
            _fixture.Databases, _audit, _accounts, reader, briefs, new JobHistory(_fixture.Databases, TimeProvider.System), DisclosureProfile.JpNdb, TimeProvider.System)
        {
            Freshness = () => FreshnessReader.Read(
                _fixture.Databases,
                [new SourceTerms("resident", "resident", "住民基本台帳", "市民課", 1, 10, 7, true), new SourceTerms("school", "school", "学齢簿", "学校教育課", 1, 10, 7, true)],
                new DateOnly(2025, 4, 20),
                null),
        });
        _app = builder.Build();
        _app.UsePages();
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _audit.DisposeAsync();
        _fixture.Dispose();
    }

    [Fact]
    public async Task Nobody_who_is_not_signed_in_gets_anything_but_the_open_pages()
    {
        using HttpClient client = Client();
        List<RouteEndpoint> routes = _app.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 15);
        foreach (RouteEndpoint route in routes)
        {
            string path = Regex.Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "\\{[^}]*\\}", "101");
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                if (Open.Contains(path))
                {
                    Assert.NotNull(route.Metadata.GetMetadata<IAllowAnonymous>());
                    continue;
                }

                using HttpRequestMessage request = new(new HttpMethod(method), path);
                using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path} answered {response.StatusCode}");
            }
        }
    }

    [Theory]
    [InlineData("steward", "/api/v1/releases /dashboard /statistics /api/jobs /jobs /audit /api/audit/verify /freshness")]
    [InlineData("auditor", "/api/v1/releases /dashboard /statistics /api/jobs /jobs /audit /api/audit/verify")]
    [InlineData("caseworker", "/worklist /api/v1/worklist /children/101 /api/v1/children/101?purpose=support")]
    [InlineData("policymaker", "/api/v1/releases /dashboard")]
    [InlineData("analyst", "/api/v1/releases /dashboard /statistics")]
    [InlineData("source-school", "/freshness")]
    public async Task Each_role_gets_its_pages_and_no_others(string staffId, string allowed)
    {
        string[] all =
        [
            "/api/v1/releases", "/dashboard", "/statistics", "/api/jobs", "/jobs", "/audit", "/api/audit/verify", "/worklist", "/api/v1/worklist", "/children/101",
            "/api/v1/children/101?purpose=support", "/freshness",
        ];
        using HttpClient client = await SignedIn(staffId);
        foreach (string path in all)
        {
            using HttpResponseMessage response = await client.GetAsync(path, TestContext.Current.CancellationToken);
            HttpStatusCode expected = allowed.Split(' ').Contains(path) ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
            Assert.True(response.StatusCode == expected, $"{staffId} {path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    [Fact]
    public async Task A_department_sees_the_freshness_of_its_own_sources_only()
    {
        using HttpClient steward = await SignedIn("steward");
        using HttpClient school = await SignedIn("source-school");

        string all = WebUtility.HtmlDecode(await steward.GetStringAsync("/freshness", TestContext.Current.CancellationToken));
        string own = WebUtility.HtmlDecode(await school.GetStringAsync("/freshness", TestContext.Current.CancellationToken));

        Assert.Contains("住民基本台帳（市民課）", all, StringComparison.Ordinal);
        Assert.Contains("学齢簿（学校教育課）", all, StringComparison.Ordinal);
        Assert.DoesNotContain("住民基本台帳", own, StringComparison.Ordinal);
        Assert.Contains("一度も届いていない", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_in_the_access_log_before_the_answer_arrives()
    {
        using HttpClient client = await SignedIn("policymaker");

        using HttpResponseMessage response = await client.GetAsync("/api/v1/children/101?purpose=support", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(1, Count("staff_id = 'policymaker' AND outcome_code = 'refused' AND child_key = 101"));
    }

    [Fact]
    public async Task A_child_is_read_only_with_a_purpose_and_in_the_remit_and_each_try_is_logged()
    {
        using HttpClient client = await SignedIn("caseworker");

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/children/101?purpose=support", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/children/101", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/children/102?purpose=support", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(1, Count("action_code = 'child' AND outcome_code = 'allowed' AND child_key = 101 AND purpose_code = 'support'"));
        Assert.Equal(2, Count("action_code = 'child' AND outcome_code = 'refused'"));
        Assert.True(AuditTrail.Verify(_fixture.Databases).IsIntact);
    }

    [Fact]
    public async Task The_worklist_shows_the_remit_only_and_neither_names_nor_scores()
    {
        using HttpClient client = await SignedIn("caseworker");

        string page = WebUtility.HtmlDecode(await client.GetStringAsync("/worklist", TestContext.Current.CancellationToken));

        Assert.Contains("/children/101", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/children/102", page, StringComparison.Ordinal);
        Assert.DoesNotContain("見本", page, StringComparison.Ordinal);
        Assert.Equal(1, Count("action_code = 'worklist' AND child_key = 101"));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_an_account_and_a_form_without_token_is_refused()
    {
        using HttpClient client = Client();
        using HttpResponseMessage bare = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("staff_id", "steward"), new("password", "x")]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);

        for (int i = 0; i < StaffAccounts.MaxFailures; i++)
        {
            Assert.NotEqual(SignInOutcome.SignedIn, _accounts.SignIn("steward", "wrong").Outcome);
        }

        Assert.Equal(SignInOutcome.Locked, _accounts.SignIn("steward", "pass-steward").Outcome);
    }

    [Fact]
    public async Task Answers_carry_security_headers_and_problems_speak_both_languages()
    {
        using HttpClient client = Client();
        using HttpResponseMessage japanese = await client.GetAsync("/api/v1/worklist", TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en-GB");
        using HttpResponseMessage english = await client.GetAsync("/api/v1/worklist", TestContext.Current.CancellationToken);

        Assert.Contains("default-src 'none'", japanese.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", japanese.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("application/problem+json", japanese.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Sign in first", await english.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("サインイン", Regex.Unescape(await japanese.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linkage", "名寄")]
    [InlineData("analyst", "仮名化")]
    public async Task A_role_without_pages_reads_after_sign_in_what_it_may_do(string staffId, string part)
    {
        using HttpClient client = await SignedIn(staffId);

        using HttpResponseMessage response = await client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("この役割でできること", page, StringComparison.Ordinal);
        Assert.Contains(part, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steward", "/dashboard /statistics /jobs /audit /nowhere")]
    [InlineData("policymaker", "/dashboard")]
    [InlineData("analyst", "/ /statistics /dashboard")]
    [InlineData("caseworker", "/worklist /children/101")]
    public async Task Pages_are_in_English_for_whoever_asks_and_stay_so(string staffId, string paths)
    {
        using HttpClient client = await SignedIn(staffId);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        Assert.Contains("lang=\"ja\"", await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("Staff ID", await client.GetStringAsync("/sign-in?lang=en", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (string path in paths.Split(' '))
        {
            // The choice is in the cookie; names of people and districts, and the way back, stay Japanese.
            using HttpResponseMessage response = await client.GetAsync(path, TestContext.Current.CancellationToken);
            string page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
            string left = string.Concat(Regex.Matches(Districts().Replace(page.Replace("支援 太郎", "", StringComparison.Ordinal).Replace("日本語", "", StringComparison.Ordinal), ""), "[ぁ-んァ-ヶ一-龠]+").Select(match => match.Value + " "));
            Assert.True(left.Length == 0, path + ": " + left);
        }

        Assert.Contains("職員ID", await client.GetStringAsync("/sign-in?lang=ja", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("職員ID", await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private int Count(string where)
    {
        using WarehouseSession session = _fixture.Warehouse();
        return session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) AS n FROM audit.access_log WHERE " + where);
    }

    private HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    private async Task<HttpClient> SignedIn(string staffId)
    {
        HttpClient client = Client();
        string page = await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken);
        string token = Token().Match(page).Groups[1].Value;
        using HttpResponseMessage response = await client.PostAsync(
            "/sign-in",
            new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("staff_id", staffId), new("password", "pass-" + staffId.Replace('-', ':')), new("from", "/")]),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return client;
    }

    [GeneratedRegex("[東西]地区")]
    private static partial Regex Districts();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
