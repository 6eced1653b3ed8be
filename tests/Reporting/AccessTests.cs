using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Warehouse.Reporting.Security;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed partial class AccessTests : IAsyncLifetime
{
    private DeskHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await DeskHost.Start();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Nobody_who_is_not_signed_in_gets_anything_but_the_open_pages()
    {
        using HttpClient client = _host.Client();
        IReadOnlyList<RouteEndpoint> routes = _host.Routes;
        Assert.True(routes.Count > 15);
        foreach (RouteEndpoint route in routes)
        {
            string path = Regex.Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "\\{[^}]*\\}", "101");
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                if (DeskHost.Open.Contains(path))
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
    [InlineData("steward", "/api/v1/releases /dashboard /evaluation /statistics /api/v1/jobs /jobs /audit /api/v1/audit/verify /freshness")]
    [InlineData("auditor", "/api/v1/releases /dashboard /evaluation /statistics /api/v1/jobs /jobs /audit /api/v1/audit/verify")]
    [InlineData("caseworker", "/worklist /api/v1/worklist /children/101 /api/v1/children/101?purpose=support")]
    [InlineData("policymaker", "/api/v1/releases /dashboard /evaluation")]
    [InlineData("analyst", "/api/v1/releases /dashboard /evaluation /statistics")]
    [InlineData("linkage", "/links /links/decisions")]
    [InlineData("administrator", "/accounts")]
    [InlineData("school", "/freshness")]
    public async Task Each_role_gets_its_pages_and_no_others(string staffId, string allowed)
    {
        string[] all =
        [
            "/api/v1/releases", "/dashboard", "/evaluation", "/statistics", "/api/v1/jobs", "/jobs", "/audit", "/api/v1/audit/verify", "/worklist", "/api/v1/worklist", "/children/101",
            "/api/v1/children/101?purpose=support", "/freshness", "/links", "/links/decisions", "/accounts",
        ];
        using HttpClient client = await _host.SignedIn(staffId);
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
        using HttpClient steward = await _host.SignedIn("steward");
        using HttpClient school = await _host.SignedIn("school");

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
        using HttpClient client = await _host.SignedIn("policymaker");

        using HttpResponseMessage response = await client.GetAsync("/api/v1/children/101?purpose=support", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(1, Count("staff_id = 'policymaker' AND outcome_code = 'refused' AND child_key = 101"));
    }

    [Fact]
    public async Task A_child_is_read_only_with_a_purpose_and_in_the_remit_and_each_try_is_logged()
    {
        using HttpClient client = await _host.SignedIn("caseworker");

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/children/101?purpose=support", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/children/101", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/children/102?purpose=support", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(1, Count("action_code = 'child' AND outcome_code = 'allowed' AND child_key = 101 AND purpose_code = 'support'"));
        Assert.Equal(2, Count("action_code = 'child' AND outcome_code = 'refused'"));
        Assert.True(AuditTrail.Verify(_host.Fixture.Databases).IsIntact);
    }

    [Fact]
    public async Task The_worklist_shows_the_remit_only_and_neither_names_nor_scores()
    {
        using HttpClient client = await _host.SignedIn("caseworker");

        string page = WebUtility.HtmlDecode(await client.GetStringAsync("/worklist", TestContext.Current.CancellationToken));

        Assert.Contains("/children/101", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/children/102", page, StringComparison.Ordinal);
        Assert.DoesNotContain("見本", page, StringComparison.Ordinal);
        Assert.Equal(1, Count("action_code = 'worklist' AND child_key = 101"));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_an_account_and_a_form_without_token_is_refused()
    {
        using HttpClient client = _host.Client();
        using HttpResponseMessage bare = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("staff_id", "steward"), new("password", "x")]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);

        StaffAccounts accounts = new(_host.Fixture.Databases, _host.Time);
        for (int i = 0; i < StaffAccounts.MaxFailures; i++)
        {
            Assert.NotEqual(SignInOutcome.SignedIn, accounts.SignIn("steward", "wrong").Outcome);
        }

        Assert.Equal(SignInOutcome.Locked, accounts.SignIn("steward", "steward").Outcome);
    }

    [Fact]
    public async Task Answers_carry_security_headers_and_problems_speak_both_languages()
    {
        using HttpClient client = _host.Client();
        using HttpResponseMessage japanese = await client.GetAsync("/api/v1/worklist", TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en-GB");
        using HttpResponseMessage english = await client.GetAsync("/api/v1/worklist", TestContext.Current.CancellationToken);

        Assert.Contains("default-src 'none'", japanese.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", japanese.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("application/problem+json", japanese.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Sign in first", await english.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("サインイン", Regex.Unescape(await japanese.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_without_a_page_of_its_own_reads_after_sign_in_what_it_may_do()
    {
        using HttpClient client = await _host.SignedIn("analyst");

        using HttpResponseMessage response = await client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("この役割でできること", page, StringComparison.Ordinal);
        Assert.Contains("仮名化", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steward", "/dashboard /statistics /jobs /audit /nowhere")]
    [InlineData("policymaker", "/dashboard /evaluation /account")]
    [InlineData("linkage", "/links /links/decisions")]
    [InlineData("administrator", "/accounts /account")]
    [InlineData("analyst", "/ /statistics /dashboard")]
    [InlineData("caseworker", "/worklist /children/101")]
    public async Task Pages_are_in_English_for_whoever_asks_and_stay_so(string staffId, string paths)
    {
        using HttpClient client = await _host.SignedIn(staffId);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        Assert.Contains("lang=\"ja\"", await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("Staff ID", await client.GetStringAsync("/sign-in?lang=en", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (string path in paths.Split(' '))
        {
            // The choice is in the cookie; names of people and districts, and the way back, stay Japanese.
            using HttpResponseMessage response = await client.GetAsync(path, TestContext.Current.CancellationToken);
            string page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
            string left = string.Concat(Regex.Matches(Districts().Replace(Names().Replace(page, "").Replace("日本語", "", StringComparison.Ordinal), ""), "[ぁ-んァ-ヶ一-龠]+").Select(match => match.Value + " "));
            Assert.True(left.Length == 0, path + ": " + left);
        }

        Assert.Contains("職員ID", await client.GetStringAsync("/sign-in?lang=ja", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("職員ID", await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private int Count(string where) => _host.Count("audit.access_log", where);

    [GeneratedRegex("(統括|監査|名寄|分析|政策|学校|住民|管理|支援) [一-龠]{2}")]
    private static partial Regex Names();

    [GeneratedRegex("[東西]地区")]
    private static partial Regex Districts();
}
