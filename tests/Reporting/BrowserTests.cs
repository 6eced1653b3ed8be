using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Each role in a real browser: from sign-in to what it is there for, and every page that is not for it.</summary>
public sealed class BrowserTests
{
    private static readonly string[] Pages =
    [
        "/worklist", "/children/101?purpose=support", "/children/101/contacts?purpose=support", "/conferences", "/links", "/links/decisions", "/dashboard", "/evaluation", "/statistics", "/jobs", "/audit", "/accounts", "/corrections",
        "/corrections/school", "/api/v1/worklist", "/api/v1/children/101?purpose=support", "/api/v1/releases", "/api/v1/jobs", "/api/v1/audit/verify",
    ];

    [Fact]
    public async Task A_caseworker_judges_reads_prints_contacts_and_meets()
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await DeskHost.Start();
        await using Browser browser = await Browser.Start();
        await SignIn(browser, host, "caseworker");
        Assert.EndsWith("/worklist", (await browser.Evaluate("location.href")).GetValue<string>(), StringComparison.Ordinal);
        await browser.Picture("worklist");
        await browser.Click("a[href='/children/101']");
        await browser.Picture("purpose");
        await browser.Click("input[value=assessment]", leaves: false);
        await browser.Click("form[action='/children/101'] button");
        string blind = await browser.Text();
        Assert.Contains("見本 児童101", blind, StringComparison.Ordinal);
        Assert.DoesNotContain("優先して確認", blind, StringComparison.Ordinal);

        // The browser itself keeps an empty judgement back.
        await browser.Click("form[action$='judgements/first'] button", leaves: false);
        Assert.True((await browser.Evaluate("document.querySelector('form[action$=\"judgements/first\"] :invalid') !== null")).GetValue<bool>());
        Assert.Equal(0, host.Count("fact.judgement", "1 = 1"));
        await browser.Click("input[name=decision][value=need]", leaves: false);
        await browser.Choose("select[name=reason]", "school");
        await browser.Type("textarea[name=note]", "欠席が続いている");
        await browser.Click("form[action$='judgements/first'] button");
        Assert.Contains("優先して確認", await browser.Text(), StringComparison.Ordinal);
        await browser.Picture("child-revealed");

        byte[] pdf = await browser.Download("form[action$='/briefs'] button");
        Assert.Equal("%PDF-"u8.ToArray(), pdf[..5]);

        await browser.Open(new Uri(host.Address, "/conferences"));
        await browser.Type("input[name=place]", "第2会議室");
        await browser.Click("form[action='/conferences'] button");
        await browser.Type("input[name=agency]", "健康課");
        await browser.Click("form[action$='/members'] button");
        string conference = (await browser.Evaluate("location.pathname")).GetValue<string>();
        await browser.Open(new Uri(host.Address, "/children/101?purpose=conference"));
        await browser.Click("form[action$='/children/101/conferences'] button");
        await browser.Click("form[action$='/briefs'] button");
        for (int turn = 0; turn < 30 && !(await browser.Text()).Contains("終わりました", StringComparison.Ordinal); turn++)
        {
            await Task.Delay(500);
        }

        Assert.Contains("資料 1 部", await browser.Text(), StringComparison.Ordinal);
        await browser.Picture("batch");
        await browser.Open(new Uri(host.Address, conference));
        byte[] zip = await browser.Download("a[href$='copies.zip']");
        Assert.Equal("PK"u8.ToArray(), zip[..2]);
        await browser.Click("#item1 details summary", leaves: false);
        await browser.Choose("#item1 select[name=decision]", "support");
        await browser.Type("#item1 input[name=lead]", "家庭児童相談室");
        await browser.Choose("#item1 input[name=review]", "2025-06-02");
        await browser.Choose("#item1 select[name=support1]", "home_visit");
        await browser.Type("#item1 input[name=agency1]", "健康課");
        await browser.Choose("#item1 input[name=due1]", "2025-04-30");
        await browser.Picture("conference-decision");
        await browser.Click("#item1 form[action$='decisions'] button");
        Assert.Contains("決定：支援を行う", await browser.Text(), StringComparison.Ordinal);
        await browser.Picture("conference");
        await browser.Open(new Uri(host.Address, "/children/101/contacts?purpose=support"));
        Assert.Contains("家庭訪問支援", await browser.Text(), StringComparison.Ordinal);
        await Refused(browser, host, "caseworker", "/worklist", "/children/101?purpose=support", "/children/101/contacts?purpose=support", "/conferences", "/api/v1/worklist", "/api/v1/children/101?purpose=support");
        await Refused(browser, host, "caseworker", ["/children/102?purpose=support", "/api/v1/children/102?purpose=support", "/children/102/contacts?purpose=support"], "");
        await browser.Open(new Uri(host.Address, "/worklist"));
        await browser.Click("form.out button");
        await browser.Open(new Uri(host.Address, "/worklist"));
        Assert.Contains("/sign-in", (await browser.Evaluate("location.href")).GetValue<string>(), StringComparison.Ordinal);
        Assert.All(browser.Requests.Where(url => url.StartsWith("http", StringComparison.Ordinal)), url => Assert.StartsWith(host.Address.ToString(), url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reviewer_compares_decides_and_then_sees_what_the_program_found()
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await DeskHost.Start(LinkPageTests.Twins);
        await using Browser browser = await Browser.Start();
        await SignIn(browser, host, "linkage");
        await browser.Click("a[href='/links/2001']");
        await browser.Picture("link-case");
        Assert.DoesNotContain("ビット", await browser.Text(), StringComparison.Ordinal);
        await browser.Click("input[name=decision][value='same:1002']", leaves: false);
        await browser.Type("textarea[name=reason]", "名が同じ（架空データ）");
        await browser.Click("form[action='/links/2001'] button");
        Assert.Contains("合わせて 2.0 ビット", await browser.Text(), StringComparison.Ordinal);
        Assert.Equal(5, (await browser.Evaluate("document.querySelectorAll('.waterfall rect').length")).GetValue<int>());
        // Every bar and every word of the drawing lies inside it.
        Assert.True((await browser.Evaluate(
            "[...document.querySelectorAll('.waterfall rect, .waterfall text')].every(e => { const b = e.getBBox(); return b.x >= -1 && b.x + b.width <= 761; })")).GetValue<bool>());
        await browser.Picture("link-decided");
        await browser.Open(new Uri(host.Address, "/links/decisions"));
        await browser.Click("details summary", leaves: false);
        await browser.Type("details input[name=reason]", "見直し");
        await browser.Click("form[action='/links/decisions/1/undo'] button");
        Assert.Contains("2 番で取り消し済み", await browser.Text(), StringComparison.Ordinal);
        await browser.Picture("link-decisions");
    }

    [Theory]
    [InlineData("linkage", "/links /links/decisions")]
    [InlineData("steward", "/dashboard /evaluation /statistics /jobs /audit /api/v1/releases /api/v1/jobs /api/v1/audit/verify")]
    [InlineData("auditor", "/dashboard /evaluation /statistics /jobs /audit /api/v1/releases /api/v1/jobs /api/v1/audit/verify")]
    [InlineData("analyst", "/dashboard /evaluation /statistics /api/v1/releases")]
    [InlineData("policymaker", "/dashboard /evaluation /api/v1/releases")]
    [InlineData("administrator", "/accounts")]
    [InlineData("school", "/corrections /corrections/school")]
    public async Task A_role_opens_its_pages_and_every_other_one_is_refused_and_logged(string staffId, string allowed)
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await DeskHost.Start();
        await using Browser browser = await Browser.Start();
        await SignIn(browser, host, staffId);
        foreach (string path in allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            await browser.Open(new Uri(host.Address, path));
            Assert.Equal(200, browser.Status);
            await browser.Picture(staffId + path.Replace('/', '-'));
        }

        await Refused(browser, host, staffId, allowed.Split(' '));
        Assert.All(browser.Requests.Where(url => url.StartsWith("http", StringComparison.Ordinal)), url => Assert.StartsWith(host.Address.ToString(), url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task At_twice_the_size_nothing_hangs_over_the_edge()
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await DeskHost.Start();
        // 1366 pixels at 200 % are 683 of the page's own.
        await using Browser browser = await Browser.Start(width: 683);
        await SignIn(browser, host, "caseworker");
        foreach (string path in new[] { "/worklist", "/children/101?purpose=support", "/children/101/contacts?purpose=support", "/conferences", "/account" })
        {
            await browser.Open(new Uri(host.Address, path));
            int over = (await browser.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).GetValue<int>();
            Assert.True(over <= 0, $"{path} is {over} pixels too wide");
        }
    }

    private static Task Refused(Browser browser, DeskHost host, string staffId, params string[] allowed) => Refused(browser, host, staffId, [.. Pages.Except(allowed)], staffId == "caseworker" ? "" : "refusal");

    private static async Task Refused(Browser browser, DeskHost host, string staffId, string[] paths, string action)
    {
        foreach (string path in paths)
        {
            int before = host.Count("audit.access_log", $"staff_id = '{staffId}' AND outcome_code = 'refused'");
            await browser.Open(new Uri(host.Address, path));
            Assert.True(browser.Status == 403, $"{staffId} {path}: {browser.Status}");
            Assert.DoesNotContain("見本", await browser.Text(), StringComparison.Ordinal);
            Assert.True(host.Count("audit.access_log", $"staff_id = '{staffId}' AND outcome_code = 'refused'" + (action.Length > 0 ? $" AND action_code = '{action}'" : "")) > before, $"{staffId} {path} is not in the log");
        }
    }

    private static async Task SignIn(Browser browser, DeskHost host, string staffId)
    {
        await browser.Open(new Uri(host.Address, "/"));
        await browser.Type("input[name=staff_id]", staffId);
        await browser.Type("input[name=password]", staffId);
        await browser.Click("form[action='/sign-in'] button");
        Assert.Equal(200, browser.Status);
    }
}
