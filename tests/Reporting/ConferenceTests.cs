using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using UglyToad.PdfPig;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>A conference from its call to its close: agenda, members, copies, decisions, minutes, and who sees what.</summary>
public sealed class ConferenceTests
{
    [Fact]
    public async Task Each_member_gets_a_numbered_copy_that_bears_the_recipient_and_comes_back()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Judge(client);
        await Done(client, path, path + "/members", new() { ["agency"] = "健康課", ["name"] = "保健 一子", ["duty"] = "chair" });
        await Done(client, path, path + "/members", new() { ["agency"] = "東小学校", ["name"] = "", ["duty"] = "member" });
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });

        string state = await Made(host, client, path);
        string page = await DeskHost.Text(client, path);
        string[] briefs = [.. Regex.Matches(page, "/briefs/(B[0-9A-F-]+)\\?").Select(match => match.Groups[1].Value)];
        byte[] zip = await client.GetByteArrayAsync(new Uri(path + "/copies.zip", UriKind.Relative));
        await Done(client, path, path + "/members", new() { ["agency"] = "民生委員", ["name"] = "", ["duty"] = "member" });
        await Made(host, client, path);
        await Done(client, path, path + "/returns", new() { ["copy"] = briefs[1] });
        string after = await DeskHost.Text(client, path);

        Assert.Contains("児童 1 人のうち 1 人、資料 2 部", state, StringComparison.Ordinal);
        Assert.Contains("終わりました", state, StringComparison.Ordinal);
        Assert.Equal(2, briefs.Length);
        using ZipArchive archive = new(new MemoryStream(zip));
        Assert.Equal(["01_01_" + briefs[0] + ".pdf", "01_02_" + briefs[1] + ".pdf"], archive.Entries.Select(entry => entry.FullName));
        string second = Text(archive.Entries[1]);
        Assert.Contains("2 / 2", second.Replace("2/2", "2 / 2", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("東小学校", second, StringComparison.Ordinal);
        Assert.DoesNotContain("保健 一子", second, StringComparison.Ordinal);
        // The one who came later gets the third copy; nobody gets a second one.
        Assert.Equal(["1 1", "2 2", "3 3"], Identity(host, "SELECT CONCAT(member_number, ' ', copy_number) FROM casework.conference_copy ORDER BY copy_number"));
        Assert.Equal(1, host.CountIdentity("casework.conference_copy", $"brief_id = '{briefs[1]}' AND returned_to = 'caseworker'"));
        Assert.Contains("配布 3 部、うち回収 1 部。", after, StringComparison.Ordinal);
        Assert.True(host.Count("audit.access_log", "action_code = 'brief' AND child_key = 101 AND purpose_code = 'conference' AND outcome_code = 'allowed'") >= 2);
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'brief-rebuild' AND child_key = 101"));
    }

    [Fact]
    public async Task A_child_that_was_not_judged_first_gets_no_brief()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Done(client, path, path + "/members", new() { ["agency"] = "健康課", ["duty"] = "chair" });
        using HttpResponseMessage empty = await DeskHost.Post(client, path, path + "/close", []);
        string second = await Called(client);
        await Done(client, second, second + "/members", new() { ["agency"] = "健康課", ["duty"] = "chair" });
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(second) });

        string state = await Made(host, client, second);
        using HttpResponseMessage zip = await client.GetAsync(second + "/copies.zip");

        Assert.Contains("最初の判断がまだないため、資料を作らなかった児童：議題1", state, StringComparison.Ordinal);
        Assert.Equal(0, host.CountIdentity("casework.brief", "1 = 1"));
        Assert.Equal(HttpStatusCode.Conflict, zip.StatusCode);
    }

    [Fact]
    public async Task A_decision_is_recorded_once_and_feeds_supports_and_next_review()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });
        string action = path + "/children/101/decisions";
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, path), action);
        Dictionary<string, string> decided = new(form)
        {
            ["decision"] = "support",
            ["lead"] = "家庭児童相談室",
            ["review"] = "2025-07-01",
            ["text"] = "週1回の訪問で様子を見る",
            ["support1"] = "home_visit",
            ["agency1"] = "健康課",
            ["task1"] = "家庭訪問",
            ["due1"] = "2025-04-20",
            ["support2"] = "none",
            ["agency2"] = "東小学校",
            ["task2"] = "登校の声かけ",
            ["due2"] = "2025-04-30",
        };

        using HttpResponseMessage first = await client.PostAsync(action, new FormUrlEncodedContent(decided));
        using HttpResponseMessage again = await client.PostAsync(action, new FormUrlEncodedContent(decided));
        string page = await DeskHost.Text(client, path);
        string minutes = await DeskHost.Text(client, path + "/minutes");
        string contacts = await DeskHost.Text(client, "/children/101/contacts?purpose=support");

        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.Redirect), (first.StatusCode, again.StatusCode));
        Assert.Equal(1, host.CountIdentity("casework.conference_decision", "lead_agency = N'家庭児童相談室' AND review_date = '2025-07-01'"));
        Assert.Equal(2, host.CountIdentity("casework.conference_task", "1 = 1"));
        Assert.Equal(2, host.Count("fact.contact", "1 = 1"));
        Assert.Equal(1, host.Count("fact.contact", "child_key = 101 AND event_code = 'support' AND detail_code = 'home_visit' AND event_date = '2025-04-10'"));
        Assert.Equal(1, host.Count("fact.contact", "child_key = 101 AND event_code = 'review' AND due_date = '2025-07-01'"));
        Assert.All([page, minutes], text => Assert.Contains("週1回の訪問で様子を見る", text, StringComparison.Ordinal));
        Assert.Contains("登校の声かけ", minutes, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\" action=\"/conferences", minutes, StringComparison.Ordinal);
        Assert.Contains("家庭訪問支援", contacts, StringComparison.Ordinal);
        host.Time.Add(TimeSpan.FromDays(90));
        using HttpClient later = await host.SignedIn("caseworker");
        Assert.Contains("見直しの期日が来ています", await DeskHost.Text(later, "/children/101/contacts?purpose=support"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decision", "abolish")]
    [InlineData("lead", "")]
    [InlineData("review", "")]
    [InlineData("review", "2025-04-09")]
    [InlineData("review", "2030-01-01")]
    [InlineData("due1", "")]
    [InlineData("agency1", "")]
    [InlineData("support1", "reward")]
    [InlineData("ticket", "x")]
    public async Task A_decision_that_cannot_be_is_refused_and_leaves_nothing(string field, string value)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });

        using HttpResponseMessage answer = await DeskHost.Post(client, path, path + "/children/101/decisions", new()
        {
            ["decision"] = "support",
            ["lead"] = "家庭児童相談室",
            ["review"] = "2025-07-01",
            ["text"] = "",
            ["support1"] = "food",
            ["agency1"] = "健康課",
            ["task1"] = "",
            ["due1"] = "2025-04-20",
            [field] = value,
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, host.CountIdentity("casework.conference_decision", "1 = 1"));
        Assert.Equal(0, host.Count("fact.contact", "1 = 1"));
    }

    [Fact]
    public async Task Before_its_day_nothing_is_decided_and_after_its_close_nothing_is_added_but_copies_come_back()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string planned = await Called(client, "2025-04-20");
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(planned) });
        string ticket = DeskHost.Hidden(await DeskHost.Text(client, planned), planned + "/minutes")["ticket"];
        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(client, planned), "/sign-out");
        using HttpResponseMessage early = await client.PostAsync(planned + "/children/101/decisions", new FormUrlEncodedContent(new Dictionary<string, string>(token) { ["ticket"] = ticket, ["decision"] = "close" }));
        await Done(client, planned, planned + "/minutes", new() { ["child"] = "0", ["text"] = "開会" });
        await Done(client, planned, planned + "/close", []);
        using HttpResponseMessage late = await client.PostAsync(planned + "/minutes", new FormUrlEncodedContent(new Dictionary<string, string>(token) { ["ticket"] = ticket, ["child"] = "0", ["text"] = "x" }));
        string page = await DeskHost.Text(client, planned);
        using HttpResponseMessage back = await client.PostAsync(planned + "/returns", new FormUrlEncodedContent(token));

        Assert.Equal(HttpStatusCode.BadRequest, early.StatusCode);
        Assert.Contains("会議の日から", await early.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.DoesNotContain("/minutes\" class=\"stack", page, StringComparison.Ordinal);
        Assert.Contains("開会", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        Assert.Equal(1, host.CountIdentity("casework.conference_minute", "1 = 1"));
    }

    [Fact]
    public async Task A_child_taken_off_an_agenda_with_a_reason_is_not_talked_about_and_can_be_put_back()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Judge(client);
        await Done(client, path, path + "/members", new() { ["agency"] = "健康課", ["duty"] = "chair" });
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });
        string ticket = DeskHost.Hidden(await DeskHost.Text(client, path), path + "/minutes")["ticket"];
        using HttpResponseMessage silent = await DeskHost.Post(client, path, path + "/children/101/off", new() { ["reason"] = " " });
        Dictionary<string, string> form = new(DeskHost.Hidden(await DeskHost.Text(client, path), path + "/children/101/off")) { ["reason"] = "転居したため" };
        using HttpResponseMessage off = await client.PostAsync(path + "/children/101/off", new FormUrlEncodedContent(form));
        using HttpResponseMessage twice = await client.PostAsync(path + "/children/101/off", new FormUrlEncodedContent(form));
        using HttpResponseMessage decided = await client.PostAsync(path + "/children/101/decisions", new FormUrlEncodedContent(new Dictionary<string, string>(form)
        {
            ["ticket"] = ticket,
            ["decision"] = "watch",
            ["lead"] = "健康課",
            ["review"] = "2025-07-01",
        }));
        using HttpResponseMessage batch = await client.PostAsync(path + "/briefs", new FormUrlEncodedContent(form));
        string without = await DeskHost.Text(client, path);
        string agenda = await DeskHost.Text(client, path + "/agenda");
        string minutes = await DeskHost.Text(client, path + "/minutes");
        await Done(client, path, path + "/children/101/on", new() { ["reason"] = "転居は取りやめ" });
        string state = await Made(host, client, path);
        await Done(client, path, path + "/children/101/off", new() { ["reason"] = "別の会議で扱う" });
        // Put on the agenda again from the child's page, it is back where it was.
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });
        string after = await DeskHost.Text(client, path);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Redirect, HttpStatusCode.Redirect), (silent.StatusCode, off.StatusCode, twice.StatusCode));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Conflict), (decided.StatusCode, batch.StatusCode));
        Assert.Contains("議題から外しました：転居したため", without, StringComparison.Ordinal);
        Assert.DoesNotContain("見本 児童101", agenda, StringComparison.Ordinal);
        Assert.Contains("転居したため", minutes, StringComparison.Ordinal);
        Assert.Contains("資料 1 部", state, StringComparison.Ordinal);
        Assert.Contains(path + "/children/101/decisions", after, StringComparison.Ordinal);
        Assert.Equal(
            ["off 別の会議で扱う caseworker", "off 転居したため caseworker", "on  caseworker", "on 転居は取りやめ caseworker"],
            Identity(host, "SELECT CONCAT(change_code, ' ', reason_text, ' ', staff_id) FROM casework.conference_item_change").Order(StringComparer.Ordinal));
        Assert.True(host.Count("audit.access_log", "action_code = 'conference-item-off' AND child_key = 101 AND outcome_code = 'allowed'") >= 3);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'conference-item-on' AND child_key = 101"));
        Assert.Equal(0, host.CountIdentity("casework.conference_decision", "1 = 1"));
    }

    [Theory]
    [InlineData("2025-04-15", true)]
    [InlineData("2025-04-09", false)]
    [InlineData("2025-04-21", false)]
    public async Task A_support_begins_on_its_own_day_between_the_meeting_and_its_due_date(string begins, bool isGood)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Done(client, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });

        using HttpResponseMessage answer = await DeskHost.Post(client, path, path + "/children/101/decisions", new()
        {
            ["decision"] = "support",
            ["lead"] = "家庭児童相談室",
            ["review"] = "2025-07-01",
            ["support1"] = "food",
            ["agency1"] = "健康課",
            ["due1"] = "2025-04-20",
            ["begin1"] = begins,
        });

        Assert.Equal(isGood ? HttpStatusCode.Redirect : HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(isGood ? 1 : 0, host.Count("fact.contact", $"event_code = 'support' AND event_date = '{begins}'"));
        Assert.Equal(isGood ? 1 : 0, host.Count("fact.contact", "event_code = 'review' AND event_date = '2025-04-10'"));
        Assert.Equal(isGood ? 1 : 0, host.CountIdentity("casework.conference_task", $"begins_date = '{begins}'"));
    }

    [Fact]
    public async Task A_member_with_an_account_is_named_by_it_once_and_gets_no_right_by_it()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client);
        await Done(client, path, path + "/members", new() { ["agency"] = "西地区担当", ["name"] = "", ["duty"] = "member", ["staff"] = "western" });
        using HttpResponseMessage twice = await DeskHost.Post(client, path, path + "/members", new() { ["agency"] = "同じ人", ["duty"] = "member", ["staff"] = "western" });
        using HttpResponseMessage unknown = await DeskHost.Post(client, path, path + "/members", new() { ["agency"] = "だれか", ["duty"] = "member", ["staff"] = "stranger" });
        string page = await DeskHost.Text(client, path);
        using HttpClient western = await host.SignedIn("western");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (twice.StatusCode, unknown.StatusCode));
        Assert.Contains("支援 次郎（western）", page, StringComparison.Ordinal);
        Assert.Equal(1, host.CountIdentity("casework.conference_member", "staff_id = 'western' AND member_name = N'支援 次郎'"));
        Assert.Equal(1, host.CountIdentity("casework.conference_member", "1 = 1"));
        Assert.Equal(HttpStatusCode.Forbidden, (await western.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_meeting_of_another_remit_is_closed_and_a_child_of_another_remit_is_a_number_without_a_name()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient city = await host.SignedIn("city");
        using HttpClient eastern = await host.SignedIn("caseworker");
        using HttpClient western = await host.SignedIn("western");
        string path = await Called(eastern);
        await Done(eastern, "/children/101?purpose=conference", "/children/101/conferences", new() { ["conference"] = Id(path) });
        await Done(city, "/children/102?purpose=conference", "/children/102/conferences", new() { ["conference"] = Id(path) });
        await Done(city, path, path + "/minutes", new() { ["child"] = "102", ["text"] = "西の児童について" });

        string seen = await DeskHost.Text(eastern, path);
        string all = await DeskHost.Text(city, path);
        using HttpResponseMessage refused = await western.GetAsync(path);
        using HttpResponseMessage unknown = await western.GetAsync("/conferences/" + new string('0', 32));

        Assert.Contains("見本 児童101", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("見本 児童102", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("西の児童について", seen, StringComparison.Ordinal);
        Assert.Contains("2. （担当の範囲の外の児童）", seen, StringComparison.Ordinal);
        Assert.Contains("見本 児童102", all, StringComparison.Ordinal);
        Assert.Contains("支援措置あり", all, StringComparison.Ordinal);
        Assert.DoesNotContain("東町1-102", all, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.DoesNotContain(Id(path), await DeskHost.Text(western, "/conferences"), StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", $"staff_id = 'western' AND action_code = 'conference' AND outcome_code = 'refused' AND object_id = '{Id(path)}'"));
        Assert.Equal(0, host.Count("audit.access_log", "staff_id = 'caseworker' AND child_key = 102"));
    }

    [Fact]
    public async Task What_is_typed_into_a_conference_is_text_and_nothing_else()
    {
        const string Payload = "</textarea><script>alert(1)</script>\"><img src=x onerror=y>";
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string path = await Called(client, title: Payload);
        await Done(client, path, path + "/members", new() { ["agency"] = Payload[..40], ["name"] = Payload[^30..], ["duty"] = "member" });
        await Done(client, path, path + "/minutes", new() { ["child"] = "0", ["text"] = Payload });

        foreach (string page in new[] { "/conferences", path, path + "/agenda", path + "/minutes", path + "/briefs" })
        {
            Assert.DoesNotMatch("<(script|img)[ >/]", await client.GetStringAsync(new Uri(page, UriKind.Relative)));
        }
    }

    private static async Task<string> Called(HttpClient client, string held = "2025-04-10", string title = "個別ケース検討会議")
    {
        using HttpResponseMessage called = await DeskHost.Post(client, "/conferences", "/conferences", new() { ["title"] = title, ["held"] = held, ["starts"] = "13:30", ["place"] = "第2会議室" });
        Assert.Equal(HttpStatusCode.Redirect, called.StatusCode);
        return called.Headers.Location!.ToString();
    }

    private static async Task Judge(HttpClient client) =>
        await Done(client, "/children/101?purpose=assessment", "/children/101/judgements/first", new() { ["decision"] = "need", ["reason"] = "school", ["note"] = "" });

    private static async Task Done(HttpClient client, string page, string action, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await DeskHost.Post(client, page, action, fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{action}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<string> Made(DeskHost host, HttpClient client, string path)
    {
        await Done(client, path, path + "/briefs", []);
        await host.Services.GetRequiredService<ConferenceBatches>().Ended(Id(path));
        return await DeskHost.Text(client, path + "/briefs");
    }

    private static string Id(string path) => path.Split('/')[2];

    private static string Text(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        using PdfDocument pdf = PdfDocument.Open(copy.ToArray());
        return string.Concat(pdf.GetPages().Select(page => page.Text));
    }

    private static IReadOnlyList<string> Identity(DeskHost host, string sql)
    {
        using WarehouseSession session = host.Fixture.Identity(SessionRole.Migrator);
        return session.QueryText<string>(sql);
    }
}
