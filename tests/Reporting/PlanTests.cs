using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The support plan that a family takes home: what is on it and what never is, its number, its log, who may make and open it.</summary>
public sealed class PlanTests
{
    private const string Page = "/children/101/plans?purpose=support";
    private const string Form = "/children/101/plans";

    private static readonly Dictionary<string, string> Written = new(StringComparer.Ordinal)
    {
        ["wish"] = "朝、学校に行けるようになりたい",
        ["goal"] = "週に3日、学校に行く",
        ["helps"] = "おうちに　うかがって、お手伝いします。（健康課）\n学校の先生が、朝に電話をします。",
        ["request"] = "ねむる時間を　いっしょに決めましょう",
        ["review"] = "2025-07-01",
        ["contact"] = "こども家庭センター\n0259-00-0000",
    };

    [Fact]
    public async Task A_plan_holds_what_was_agreed_in_large_type_and_nothing_of_the_analysis()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        await Decide(client);
        string page = await DeskHost.Text(client, Page);
        using HttpResponseMessage preview = await client.PostAsync(Form + "/preview", new FormUrlEncodedContent(new Dictionary<string, string>(DeskHost.Hidden(page, Form)).Concat(Written)));
        int before = host.CountIdentity("casework.brief", "1 = 1");
        using HttpResponseMessage made = await DeskHost.Post(client, Page, Form, Written);
        string path = made.Headers.Location!.ToString();
        byte[] pdf = await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
        byte[] again = await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
        (string text, double smallest) = Read(pdf);

        // The draft of the form comes from the decision: support, agency, lead, next review; words of the meeting do not.
        Assert.Contains("おうちに　うかがって、お手伝いします。（健康課）", page, StringComparison.Ordinal);
        Assert.Contains("value=\"2025-07-01\"", page, StringComparison.Ordinal);
        Assert.Contains("家庭児童相談室", page, StringComparison.Ordinal);
        Assert.DoesNotContain("内部の方針", page, StringComparison.Ordinal);
        Assert.DoesNotContain("内部の段取り", page, StringComparison.Ordinal);
        Assert.Equal("application/pdf", preview.Content.Headers.ContentType!.MediaType);
        Assert.Contains("下書き", Read(await preview.Content.ReadAsByteArrayAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(0, before);
        foreach (string part in new[] { "見本 児童101さんと", "朝、学校に行けるようになりたい", "週に3日、学校に行く", "学校の先生が、朝に電話をします。", "令和7年7月1日", "0259-00-0000", "サポートプラン", "1回目", "作った日 2025-04-10" })
        {
            Assert.Contains(Squeezed(part), Squeezed(text), StringComparison.Ordinal);
        }

        foreach (string part in new[] { "分析", "類似", "似ている", "スコア", "欠席が月", "120人", "モデル", "優先して確認", "見守り", "要", "児童相談", "データ基準日" })
        {
            Assert.False(text.Contains(part, StringComparison.Ordinal), part + " is on the paper of the family");
        }

        Assert.True(smallest >= 14, string.Create(CultureInfo.InvariantCulture, $"words of {smallest} points"));
        Assert.Equal(pdf, again);
        Assert.Equal(0, host.Count("fact.judgement", "1 = 1"));
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'plan-preview' AND child_key = 101 AND outcome_code = 'allowed'"));
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'plan-make' AND child_key = 101 AND purpose_code = 'support'"));
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'brief-rebuild' AND child_key = 101"));
    }

    [Fact]
    public async Task Plans_are_numbered_and_a_form_sent_twice_is_one_plan()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        FormUrlEncodedContent Content(Dictionary<string, string> hidden) => new(hidden.Concat(Written));
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Page), Form);
        using HttpResponseMessage one = await client.PostAsync(Form, Content(form));
        using HttpResponseMessage two = await client.PostAsync(Form, Content(form));
        using HttpResponseMessage next = await DeskHost.Post(client, Page, Form, Written);
        JsonElement listed = await client.GetFromJsonAsync<JsonElement>("/api/v1/children/101/plans?purpose=support");
        using HttpResponseMessage third = await DeskHost.Send(client, "/api/v1/children/101/plans", new
        {
            ticket = listed.GetProperty("ticket").GetString(),
            goal = "週に4日、学校に行く",
            helps = new[] { "先生が、朝に電話をします。" },
            contact = "こども家庭センター",
            purpose = "support",
        });

        Assert.Equal(one.Headers.Location, two.Headers.Location);
        Assert.NotEqual(one.Headers.Location, next.Headers.Location);
        Assert.Equal([2, 1], listed.GetProperty("made").EnumerateArray().Select(made => made.GetProperty("copyNumber").GetInt32()));
        Assert.Equal(HttpStatusCode.Created, third.StatusCode);
        string location = (await third.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("location").GetString()!;
        Assert.Contains("3回目", Read(await client.GetByteArrayAsync(new Uri(location, UriKind.Relative))).Text, StringComparison.Ordinal);
        Assert.Equal(3, host.CountIdentity("casework.brief", "document_code = 'plan' AND child_key = 101"));
        string page = await DeskHost.Text(client, Page);
        Assert.Equal(3, Regex.Count(page, "/briefs/P20250410-[0-9A-F]{12}\\?"));
        // The list of briefs, which hold the analysis, does not name them.
        using HttpResponseMessage judged = await DeskHost.Post(client, "/children/101?purpose=assessment", "/children/101/judgements/first", new() { ["decision"] = "need", ["reason"] = "school" });
        Assert.DoesNotContain("/briefs/P", await DeskHost.Text(client, "/children/101?purpose=assessment"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("goal", "")]
    [InlineData("contact", "")]
    [InlineData("helps", "")]
    [InlineData("helps", "1\n2\n3\n4\n5\n6\n7\n8\n9")]
    [InlineData("review", "2025-04-09")]
    [InlineData("review", "2029-01-01")]
    [InlineData("ticket", "x")]
    public async Task A_plan_that_cannot_be_is_refused_and_what_was_written_stays_on_the_page(string field, string value)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");

        using HttpResponseMessage answer = await DeskHost.Post(client, Page, Form, new(Written) { [field] = value });
        string page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains("朝、学校に行けるようになりたい", page, StringComparison.Ordinal);
        Assert.Equal(0, host.CountIdentity("casework.brief", "1 = 1"));
    }

    [Fact]
    public async Task Where_a_protective_measure_holds_the_office_in_charge_says_first_how_the_paper_reaches_the_family()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("western");
        const string Restricted = "/children/102/plans";
        string page = await DeskHost.Text(client, Restricted + "?purpose=support");
        using HttpResponseMessage refused = await DeskHost.Post(client, Restricted + "?purpose=support", Restricted, Written);
        using HttpResponseMessage made = await DeskHost.Post(client, Restricted + "?purpose=support", Restricted, new(Written) { ["safety"] = "true" });
        string text = Read(await client.GetByteArrayAsync(new Uri(made.Headers.Location!.ToString(), UriKind.Relative))).Text;

        Assert.Contains("先に支援措置の担当課に確認してください", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.DoesNotContain("東町", text, StringComparison.Ordinal);
        Assert.DoesNotContain("小学校", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_of_another_remit_is_closed_by_page_interface_and_file()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpResponseMessage made = await DeskHost.Post(client, Page, Form, Written);
        string file = made.Headers.Location!.ToString();
        foreach (string staffId in new[] { "western", "steward", "auditor", "policymaker" })
        {
            using HttpClient other = await host.SignedIn(staffId);
            foreach (string path in new[] { Page, "/api/v1" + Page, file, "/api/v1" + file })
            {
                using HttpResponseMessage answer = await other.GetAsync(path);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{staffId} {path}: {answer.StatusCode}");
            }

            Assert.Equal(4, host.Count("audit.access_log", $"staff_id = '{staffId}' AND outcome_code = 'refused' AND action_code <> 'sign-in'"));
        }

        Assert.True(AuditTrail.Verify(host.Fixture.Databases).IsIntact);
    }

    private static async Task Decide(HttpClient client)
    {
        using HttpResponseMessage called = await DeskHost.Post(client, "/conferences", "/conferences", new() { ["title"] = "個別ケース検討会議", ["held"] = "2025-04-10" });
        string path = called.Headers.Location!.ToString();
        using HttpResponseMessage added = await DeskHost.Post(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = path.Split('/')[2] });
        using HttpResponseMessage decided = await DeskHost.Post(client, path, path + "/children/101/decisions", new()
        {
            ["decision"] = "support",
            ["lead"] = "家庭児童相談室",
            ["review"] = "2025-07-01",
            ["text"] = "内部の方針",
            ["support1"] = "home_visit",
            ["agency1"] = "健康課",
            ["task1"] = "内部の段取り",
            ["due1"] = "2025-04-20",
        });
        Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);
    }

    // The words of the pages, and the smallest type between header and footer, whose small print is for the office.
    private static (string Text, double Smallest) Read(byte[] pdf)
    {
        using PdfDocument document = PdfDocument.Open(pdf);
        List<Letter> letters = [.. document.GetPages().SelectMany(page => page.Letters)];
        return (string.Concat(document.GetPages().Select(page => page.Text)), letters.Where(letter => letter.Location.Y is > 40 and < 770 && letter.Value.Trim().Length > 0).Min(letter => letter.PointSize));
    }

    private static string Squeezed(string text) => Regex.Replace(text, "\\s", "");
}
