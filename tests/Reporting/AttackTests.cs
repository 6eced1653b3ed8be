using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>What somebody would try who should not get in, or who is in and wants more.</summary>
public sealed partial class AttackTests
{
    private static readonly string[] Known =
    [
        Policies.Staff, Policies.Casework, Policies.Statistics, Policies.Approval, Policies.Register, Policies.Released, Policies.Oversight, Policies.Sources, Policies.Linkage, Policies.Accounts, Policies.Corrections,
    ];

    [Fact]
    public async Task Every_route_names_who_may_call_it()
    {
        await using DeskHost host = await DeskHost.Start();

        Assert.True(host.Routes.Count > 20);
        foreach (RouteEndpoint route in host.Routes)
        {
            string path = "/" + route.RoutePattern.RawText!.TrimStart('/');
            bool isOpen = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            string[] policies = route.Metadata.OfType<IAuthorizeData>().Select(data => data.Policy ?? "").ToArray();
            Assert.True(isOpen ? DeskHost.Open.Contains(path) : policies.Length > 0 && policies.All(Known.Contains), $"{path}: {(isOpen ? "open" : string.Join(' ', policies))}");
        }
    }

    [Fact]
    public async Task A_number_of_another_remit_opens_nothing_anywhere_and_each_try_is_logged()
    {
        await using DeskHost host = await DeskHost.Start();
        string brief = await MakeBrief(host);
        using HttpClient eastern = await host.SignedIn("caseworker");
        using HttpResponseMessage called = await DeskHost.Post(eastern, "/conferences", "/conferences", new() { ["title"] = "個別ケース検討会議", ["held"] = "2025-04-10" });
        string conference = called.Headers.Location!.ToString().Split('/')[2];
        using HttpClient western = await host.SignedIn("western");
        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(western, "/worklist"), "/sign-out");
        List<RouteEndpoint> routes = host.Routes.Where(route => route.RoutePattern.RawText!.Contains('{', StringComparison.Ordinal)
            && route.Metadata.OfType<IAuthorizeData>().Any(data => data.Policy == Policies.Casework)).ToList();
        Assert.True(routes.Count >= 35, $"{routes.Count} routes with a number");
        foreach (RouteEndpoint route in routes)
        {
            string path = "/" + route.RoutePattern.RawText!.TrimStart('/').Replace("{childKey:long}", "101", StringComparison.Ordinal).Replace("{briefId}", brief, StringComparison.Ordinal)
                .Replace("{conferenceId}", conference, StringComparison.Ordinal);
            Assert.DoesNotContain('{', path);
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                int before = host.Count("audit.access_log", "staff_id = 'western' AND outcome_code = 'refused'");
                using HttpResponseMessage response = method == "GET" ? await western.GetAsync(path + "?purpose=support")
                    : path.StartsWith("/api/", StringComparison.Ordinal) ? await DeskHost.Send(western, path, new { ticket = "x", stage = "first", decision = "need", reason = "school", purpose = "support", childKey = "101" })
                    : await western.PostAsync(path, new FormUrlEncodedContent(token.Append(new("purpose", "support")).Append(new("recipient", "a")).Append(new("ticket", "x")).Append(new("conference", conference))));
                Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{method} {path}: {response.StatusCode}");
                Assert.True(host.Count("audit.access_log", "staff_id = 'western' AND outcome_code = 'refused'") > before, $"{method} {path} is not in the log");
            }
        }
    }

    [Theory]
    [InlineData("steward")]
    [InlineData("auditor")]
    [InlineData("linkage")]
    [InlineData("administrator")]
    [InlineData("analyst")]
    [InlineData("policymaker")]
    [InlineData("school")]
    public async Task Who_is_no_caseworker_gets_no_child_by_page_interface_or_file(string staffId)
    {
        await using DeskHost host = await DeskHost.Start();
        string brief = await MakeBrief(host);
        using HttpClient client = await host.SignedIn(staffId);
        string[] paths = ["/children/101?purpose=support", "/children/101/contacts?purpose=support", "/api/v1/children/101?purpose=support", $"/briefs/{brief}?purpose=support", "/worklist", "/api/v1/worklist",
            "/api/v1/children/101/contacts?purpose=support", "/api/v1/children/101/briefs?purpose=conference", $"/api/v1/briefs/{brief}?purpose=support", "/api/v1/conferences"];
        foreach (string path in paths)
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{path}: {response.StatusCode}");
        }

        Assert.Equal(paths.Length, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal' AND outcome_code = 'refused'"));
    }

    [Theory]
    [InlineData("caseworker", Policies.Casework, 25)]
    [InlineData("linkage", Policies.Linkage, 10)]
    [InlineData("administrator", Policies.Accounts, 8)]
    [InlineData("school", Policies.Corrections, 8)]
    public async Task Nothing_is_changed_without_the_token_of_the_session(string staffId, string policy, int least)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn(staffId);
        using HttpClient other = await host.SignedIn("city");
        Dictionary<string, string> form = policy == Policies.Casework
            ? DeskHost.Hidden(await DeskHost.Text(client, "/children/101?purpose=assessment"), "/children/101/judgements/first")
            : new() { ["ticket"] = "x", ["purpose"] = "x" };
        Dictionary<string, string> foreign = DeskHost.Hidden(await DeskHost.Text(other, "/worklist"), "/sign-out");
        int rows = host.CountIdentity("casework.staff_account", "is_active = 1");
        int tried = 0;
        foreach (RouteEndpoint route in host.Routes)
        {
            string path = Regex.Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "\\{[^}]*\\}", "101");
            string[] methods = (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(method => method != "GET").ToArray();
            string[] policies = [.. route.Metadata.OfType<IAuthorizeData>().Select(data => data.Policy ?? "")];
            bool isMine = policies.Length > 0 && policies.All(one => one == policy || one == Policies.Staff);
            foreach (string method in isMine ? methods : [])
            {
                tried++;
                using HttpContent bare = path.StartsWith("/api/", StringComparison.Ordinal)
                    ? JsonContent.Create(new { ticket = form["ticket"], stage = "first", decision = "need", reason = "school", purpose = "assessment" })
                    : new FormUrlEncodedContent(form.Where(field => field.Key != "__RequestVerificationToken").Append(new("decision", "need")).Append(new("reason", "school")));
                using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = bare };
                using HttpResponseMessage response = await client.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{method} {path} without a token: {response.StatusCode}");
                if (path.StartsWith("/api/", StringComparison.Ordinal))
                {
                    continue;
                }

                using FormUrlEncodedContent stolen = new(form.Where(field => field.Key != "__RequestVerificationToken").Concat(foreign).Append(new("decision", "need")).Append(new("reason", "school")));
                using HttpResponseMessage second = await client.PostAsync(path, stolen);
                Assert.True(second.StatusCode == HttpStatusCode.BadRequest, $"{method} {path} with a token of somebody else: {second.StatusCode}");
            }
        }

        Assert.True(tried >= least, $"{tried} routes that change something");
        Assert.Equal(0, host.Count("fact.judgement", "1 = 1"));
        Assert.Equal(rows, host.CountIdentity("casework.staff_account", "is_active = 1"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/account")).StatusCode);
        Assert.True(host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'form-token' AND outcome_code = 'refused'") >= tried);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("'); DROP TABLE fact.judgement; --")]
    [InlineData("</textarea><svg/onload=alert(1)>")]
    [InlineData("{{7*7}}${7*7}&#60;b&#62;")]
    public async Task What_comes_from_files_and_forms_is_text_and_nothing_else(string payload)
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession identity = fixture.Identity(SessionRole.Migrator);
            identity.ExecuteText($"UPDATE ident.person_profile SET name_kanji = N'{payload.Replace("'", "''", StringComparison.Ordinal)}', address = N'{payload.Replace("'", "''", StringComparison.Ordinal)}'");
            using WarehouseSession warehouse = fixture.Warehouse(SessionRole.Migrator);
            warehouse.ExecuteText($"UPDATE dim.facility SET facility_name = N'{payload.Replace("'", "''", StringComparison.Ordinal)}'");
            warehouse.ExecuteText($"UPDATE dim.place SET district_name = N'{payload.Replace("'", "''", StringComparison.Ordinal)}'");
        });
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpResponseMessage refused = await DeskHost.Post(
            client, "/children/101?purpose=assessment", "/children/101/judgements/first", new() { ["decision"] = payload, ["reason"] = payload, ["note"] = payload });
        using HttpResponseMessage kept = await DeskHost.Post(
            client, "/children/101?purpose=assessment", "/children/101/judgements/first", new() { ["decision"] = "need", ["reason"] = "other", ["note"] = payload });
        using HttpResponseMessage contact = await DeskHost.Post(
            client, "/children/101/contacts?purpose=support", "/children/101/contacts", new() { ["event"] = "support", ["detail"] = "food", ["date"] = "2025-04-10", ["note"] = payload });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, kept.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, contact.StatusCode);

        string[] pages =
        [
            await refused.Content.ReadAsStringAsync(), await client.GetStringAsync(new Uri("/children/101?purpose=assessment", UriKind.Relative)),
            await client.GetStringAsync(new Uri("/children/101/contacts?purpose=support", UriKind.Relative)), await client.GetStringAsync(new Uri("/worklist", UriKind.Relative)),
            await client.GetStringAsync(new Uri("/sign-in?from=/" + Uri.EscapeDataString(payload), UriKind.Relative)),
        ];

        Assert.All(pages, page =>
        {
            Assert.DoesNotMatch("<(script|img|svg|b)[ >/]", page);
            Assert.DoesNotMatch("(?i)<[^>]*\\son[a-z]+=", TextOfAttributes().Replace(page, "\"\""));
        });
        Assert.Equal(1, host.Count("fact.judgement", "1 = 1"));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_turned_away_before_it_is_kept()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, "/children/101?purpose=assessment"), "/children/101/judgements/first");

        HttpStatusCode? status = null;
        try
        {
            using HttpResponseMessage response = await client.PostAsync(
                "/children/101/judgements/first", new FormUrlEncodedContent(form.Append(new("note", new string('x', 200_000))).Append(new("decision", "need")).Append(new("reason", "school"))));
            status = response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The server may close before the whole body is sent.
        }

        Assert.True(status is null or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        Assert.Equal(0, host.Count("fact.judgement", "1 = 1"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/worklist")).StatusCode);
    }

    [Fact]
    public async Task A_session_that_somebody_prepared_is_worth_nothing_and_cookies_are_closed_to_scripts_and_other_sites()
    {
        await using DeskHost host = await DeskHost.Start(change: parts => parts with { RequireHttps = false });
        using HttpClient client = host.Client();
        client.DefaultRequestHeaders.Add("Cookie", "warehouse=prepared");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/worklist")).StatusCode);
        using HttpClient fresh = host.Client();
        using HttpResponseMessage signedIn = await DeskHost.Post(fresh, "/sign-in", "/sign-in", new() { ["staff_id"] = "caseworker", ["password"] = "caseworker", ["from"] = "/" });
        using HttpResponseMessage again = await DeskHost.Post(fresh, "/sign-in", "/sign-in", new() { ["staff_id"] = "caseworker", ["password"] = "caseworker", ["from"] = "//evil.example/" });

        string first = Cookie(signedIn);
        Assert.NotEqual(first.Split(';')[0], Cookie(again).Split(';')[0]);
        Assert.Contains("httponly", first, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", first, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires=", first, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/", again.Headers.Location!.ToString());

        static string Cookie(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("warehouse=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_https_is_required_cookies_go_over_https_only()
    {
        await using DeskHost host = await DeskHost.Start(change: parts => parts with { RequireHttps = true });
        using HttpClient client = host.Client();

        using HttpResponseMessage language = await client.GetAsync("/health?lang=en");
        using HttpResponseMessage form = await client.GetAsync("/sign-in");

        Assert.Contains("secure", Assert.Single(language.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        // Over plain HTTP the framework makes no form at all.
        Assert.Equal(HttpStatusCode.InternalServerError, form.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_after_its_time_without_a_request_and_with_its_account()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient idle = await host.SignedIn("caseworker");
        using HttpClient closed = await host.SignedIn("city");
        Assert.Equal(HttpStatusCode.OK, (await idle.GetAsync("/worklist")).StatusCode);

        Assert.True(new StaffAccounts(host.Fixture.Databases, host.Time).Close("city"));
        HttpStatusCode afterClosing = (await closed.GetAsync("/worklist")).StatusCode;
        host.Time.Add(TimeSpan.FromMinutes(31));
        HttpStatusCode afterIdling = (await idle.GetAsync("/worklist")).StatusCode;

        Assert.Equal(HttpStatusCode.Unauthorized, afterClosing);
        Assert.Equal(HttpStatusCode.Unauthorized, afterIdling);
    }

    [Fact]
    public async Task Guessing_is_slowed_by_account_and_by_address()
    {
        await using DeskHost host = await DeskHost.Start(change: parts => parts with { SignInsPerMinute = 8 });
        using HttpClient client = host.Client();
        List<HttpStatusCode> answers = [];
        for (int attempt = 0; attempt < 10; attempt++)
        {
            using HttpResponseMessage response = await DeskHost.Post(client, "/sign-in", "/sign-in", new() { ["staff_id"] = attempt < 6 ? "caseworker" : "nobody" + attempt, ["password"] = "guess", ["from"] = "/" });
            answers.Add(response.StatusCode);
        }

        Assert.All(answers.Take(8), status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.All(answers.Skip(8), status => Assert.Equal(HttpStatusCode.TooManyRequests, status));
        Assert.Equal(SignInOutcome.Locked, new StaffAccounts(host.Fixture.Databases, host.Time).SignIn("caseworker", "caseworker").Outcome);
        Assert.Equal(8, host.Count("audit.access_log", "action_code = 'sign-in' AND outcome_code = 'refused'"));
    }

    [Fact]
    public async Task Pages_need_no_script_and_nothing_from_elsewhere()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        foreach (string path in new[] { "/worklist", "/children/101", "/children/101?purpose=assessment", "/children/101/contacts?purpose=support" })
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            string page = await response.Content.ReadAsStringAsync();
            string policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotMatch("<script|\\sstyle=|https?://", page);
            Assert.True(page.Length < 300_000);
        }
    }

    private static async Task<string> MakeBrief(DeskHost host)
    {
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpResponseMessage judged = await DeskHost.Post(
            client, "/children/101?purpose=assessment", "/children/101/judgements/first", new() { ["decision"] = "need", ["reason"] = "school", ["note"] = "" });
        using HttpResponseMessage made = await DeskHost.Post(client, "/children/101?purpose=assessment", "/children/101/briefs", new() { ["recipient"] = "a" });
        return made.Headers.Location!.ToString().Split('/', '?')[2];
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex TextOfAttributes();
}
