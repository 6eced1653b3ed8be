using System.Net;
using System.Text.RegularExpressions;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Web;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Accounts made and closed on a page; and what is written about clients that ask too much.</summary>
public sealed class AccountsPageTests
{
    [Fact]
    public async Task An_administrator_makes_an_account_whose_password_is_shown_once_and_works()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("administrator");

        string page = await Add(client, "s900", "新任 七子", Roles.Caseworker, "D1");
        string password = Regex.Match(page, "<code class=\"secret\">([A-Za-z0-9]{16})</code>").Groups[1].Value;
        string later = await DeskHost.Text(client, "/accounts");

        Assert.Equal(new StaffMember("s900", "新任 七子", Roles.Caseworker, "D1"), new StaffAccounts(host.Fixture.Databases, host.Time).SignIn("s900", password).Member);
        Assert.DoesNotContain(password, later, StringComparison.Ordinal);
        Assert.Contains("新任 七子", later, StringComparison.Ordinal);
        Assert.Contains("東地区", later, StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'administrator' AND action_code = 'account-add' AND outcome_code = 'allowed' AND object_id = 's900'"));
    }

    [Theory]
    [InlineData("s 900", "氏名", Roles.Steward, "")]
    [InlineData("s900", "", Roles.Steward, "")]
    [InlineData("s900", "氏名", "owner", "")]
    [InlineData("s900", "氏名", "source:nothing", "")]
    [InlineData("s900", "氏名", Roles.Caseworker, "")]
    [InlineData("s900", "氏名", Roles.Caseworker, "D9")]
    [InlineData("steward", "氏名", Roles.Administrator, "")]
    public async Task An_account_that_cannot_be_is_refused(string staffId, string name, string role, string remit)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("administrator");
        int before = host.CountIdentity("casework.staff_account", "1 = 1");

        string page = await Add(client, staffId, name, role, remit, HttpStatusCode.Conflict);

        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Equal(before, host.CountIdentity("casework.staff_account", "1 = 1"));
        Assert.Equal(Roles.Steward, new StaffAccounts(host.Fixture.Databases, host.Time).Find("steward")!.RoleCode);
    }

    [Fact]
    public async Task An_account_is_closed_and_gets_a_new_password_but_the_last_administrator_stays()
    {
        await using DeskHost host = await DeskHost.Start();
        StaffAccounts accounts = new(host.Fixture.Databases, host.Time, DeskHost.Keys);
        accounts.Enrol("city", Totp.NewKey());
        using HttpClient client = await host.SignedIn("administrator");
        using HttpClient steward = await host.SignedIn("steward");

        using HttpResponseMessage closed = await Post(client, "/accounts/western/close");
        using HttpResponseMessage renewed = await Post(client, "/accounts/steward/password");
        using HttpResponseMessage unfactored = await Post(client, "/accounts/city/factor-off");
        using HttpResponseMessage last = await Post(client, "/accounts/administrator/close");
        using HttpResponseMessage nobody = await Post(client, "/accounts/nobody/close");
        string password = Regex.Match(await renewed.Content.ReadAsStringAsync(), "<code class=\"secret\">([A-Za-z0-9]{16})</code>").Groups[1].Value;

        Assert.Equal(HttpStatusCode.Redirect, closed.StatusCode);
        Assert.Null(accounts.Find("western"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await steward.GetAsync("/jobs")).StatusCode);
        Assert.Equal(SignInOutcome.SignedIn, accounts.SignIn("steward", password).Outcome);
        Assert.Equal(HttpStatusCode.Redirect, unfactored.StatusCode);
        Assert.Null(accounts.FactorSince("city"));
        Assert.Equal(HttpStatusCode.Conflict, last.StatusCode);
        Assert.NotNull(accounts.Find("administrator"));
        Assert.Throws<AccountRefusedException>(() => accounts.Save(new StaffMember("administrator", "管理 六子", Roles.Steward, ""), "x"));
        Assert.Equal(HttpStatusCode.Conflict, nobody.StatusCode);
        accounts.Save(new StaffMember("second", "管理 七子", Roles.Administrator, ""), "second");
        using HttpResponseMessage first = await Post(client, "/accounts/administrator/close");
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/accounts")).StatusCode);

        static Task<HttpResponseMessage> Post(HttpClient browser, string action) => Token(browser, action);
    }

    [Fact]
    public async Task A_client_that_asks_too_much_has_one_row_a_minute_in_the_access_log()
    {
        await using DeskHost host = await DeskHost.Start(change: parts => parts with { RequestsPerMinute = 5 });
        using HttpClient client = await host.SignedIn("steward");
        int refused = 0;
        for (int i = 0; i < 30; i++)
        {
            using HttpResponseMessage response = await client.GetAsync("/jobs");
            refused += response.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        Assert.True(refused >= 20, $"{refused} of 30 requests were refused");
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'steward' AND action_code = 'too-many' AND outcome_code = 'refused' AND object_id = 'staff steward GET /jobs'"));
        host.Time.Add(TimeSpan.FromMinutes(1));
        using HttpResponseMessage later = await client.GetAsync("/jobs");
        Assert.Equal(later.StatusCode == HttpStatusCode.TooManyRequests ? 2 : 1, host.Count("audit.access_log", "action_code = 'too-many'"));
        Assert.True(AuditTrail.Verify(host.Fixture.Databases).IsIntact);
    }

    private static async Task<string> Add(HttpClient client, string staffId, string name, string role, string remit, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await DeskHost.Post(client, "/accounts", "/accounts", new() { ["staff_id"] = staffId, ["name"] = name, ["role"] = role, ["remit"] = remit });
        Assert.Equal(expected, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    // Forms for what cannot be done are not on the page; their token is that of any other.
    private static async Task<HttpResponseMessage> Token(HttpClient client, string action)
    {
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, "/accounts"), "/sign-out");
        return await client.PostAsync(action, new FormUrlEncodedContent(form));
    }
}
