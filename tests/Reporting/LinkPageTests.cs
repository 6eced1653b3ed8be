using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Warehouse.Etl;
using Warehouse.Etl.Link.Review;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Links decided on a page: what is shown, what is hidden until the decision, what a decision does, who may.</summary>
public sealed class LinkPageTests
{
    private const long Pupil = 2001;
    private const long Taro = 501;
    private const long Jiro = 502;
    private const string Case = "/links/2001";

    [Fact]
    public async Task Twins_stand_side_by_side_with_marked_characters_and_the_score_is_hidden_until_it_is_asked_for()
    {
        await using DeskHost host = await DeskHost.Start(Twins);
        using HttpClient client = await host.SignedIn("linkage");

        string queue = await DeskHost.Text(client, "/links");
        string blind = await DeskHost.Text(client, Case);
        int asked = host.Count("audit.access_log", "action_code = 'link_score'");
        string scored = await DeskHost.Text(client, Case + "?score=true");

        Assert.Contains("確認待ち 1 件", queue, StringComparison.Ordinal);
        Assert.DoesNotContain("渡", queue, StringComparison.Ordinal);
        Assert.Contains("<mark class=\"differs\">[太]</mark>郎", blind, StringComparison.Ordinal);
        Assert.Contains("渡<mark class=\"form\">(辺)</mark> 次郎", blind, StringComparison.Ordinal);
        Assert.Contains("双子などの可能性があります", blind, StringComparison.Ordinal);
        Assert.DoesNotContain("ビット", blind, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg", blind, StringComparison.Ordinal);
        Assert.Equal(0, asked);
        Assert.Contains("合わせて 2.0 ビット（同じ人である見込み 1000 回に 800 回）", scored, StringComparison.Ordinal);
        Assert.Contains("姓 +7.2、名 -4.0、生年月日 +12.1、見込み・世帯など -13.3、合計 2.0", scored, StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'link_score'"));
        // Three persons, each a row for each of the two pages.
        Assert.Equal(6, host.Count("audit.access_log", $"action_code = 'link_view' AND outcome_code = 'allowed' AND child_key IN (601, {Taro}, {Jiro})"));
    }

    [Fact]
    public async Task A_record_is_moved_once_however_often_the_form_is_sent_and_can_be_moved_back()
    {
        await using DeskHost host = await DeskHost.Start(Twins);
        using HttpClient client = await host.SignedIn("linkage");
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Case), Case);
        form["decision"] = "same:1002";
        form["reason"] = "名の字形だけが違う";

        HttpResponseMessage[] answers = await Task.WhenAll(Send(client, form), Send(client, form), Send(client, form));
        string shown = await DeskHost.Text(client, answers[0].Headers.Location!.ToString());
        LinkReview review = new(host.Fixture.Databases, host.Time);
        long moved = review.PersonOf(Pupil);
        string decisions = await DeskHost.Text(client, "/links/decisions");
        using HttpResponseMessage undone = await DeskHost.Post(client, "/links/decisions", "/links/decisions/1/undo", new() { ["reason"] = "見直し" });

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location!.ToString()).Distinct());
        Assert.Equal(Jiro, moved);
        Assert.Contains("同じ人", shown, StringComparison.Ordinal);
        Assert.Contains("この判断は、見立てを見る前に決めたものです。", shown, StringComparison.Ordinal);
        Assert.Contains("800", shown, StringComparison.Ordinal);
        Assert.Contains("名の字形だけが違う", decisions, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, undone.StatusCode);
        Assert.Equal(601, review.PersonOf(Pupil));
        Assert.Equal([("assign", 2L), ("undo", null)], review.Events().Select(one => (one.EventCode, one.UndoneByEventId)));
        Assert.Equal(1, host.CountIdentity("ident.link_form", "outcome_code = 'same' AND is_score_shown = 0 AND event_id = 1"));
        Assert.Contains("確認待ち 1 件", await DeskHost.Text(client, "/links"), StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'link_undo' AND outcome_code = 'allowed'"));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Different_people_are_never_linked_and_who_cannot_say_leaves_the_pair_to_somebody_else()
    {
        await using DeskHost host = await DeskHost.Start(Twins);
        using HttpClient client = await host.SignedIn("linkage");

        using HttpResponseMessage unsure = await DeskHost.Post(client, Case + "?score=true", Case, new() { ["decision"] = "unsure:1002", ["reason"] = "住所が古い" });
        string queue = await DeskHost.Text(client, "/links");
        using HttpResponseMessage different = await DeskHost.Post(client, Case, Case, new() { ["decision"] = "different:1001", ["reason"] = "名が違う" });
        using HttpResponseMessage again = await DeskHost.Post(client, Case, Case, new() { ["decision"] = "same:1001", ["reason"] = "やはり同じ" });

        Assert.Equal(HttpStatusCode.Redirect, unsure.StatusCode);
        string row = Regex.Match(queue, "<tr>\\s*<td><code>2001</code>.*?</tr>", RegexOptions.Singleline).Value;
        Assert.Contains("<td class=\"number\">2</td>", row, StringComparison.Ordinal);
        Assert.Contains("<td>linkage</td>", row, StringComparison.Ordinal);
        Assert.Equal(1, host.CountIdentity("ident.link_form", "outcome_code = 'unsure' AND is_score_shown = 1 AND event_id IS NULL"));
        Assert.Equal(HttpStatusCode.Redirect, different.StatusCode);
        Assert.Equal(1, host.CountIdentity("ident.link_constraint", "constraint_code = 'different' AND known_to_utc = '9999-12-31'"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(601, new LinkReview(host.Fixture.Databases, host.Time).PersonOf(Pupil));
    }

    [Theory]
    [InlineData("same:1002", "", "判断を一つ選び")]
    [InlineData("", "理由", "判断を一つ選び")]
    [InlineData("same:9999", "理由", "もう確認待ちではありません")]
    [InlineData("delete:1002", "理由", "判断を一つ選び")]
    public async Task A_form_that_says_nothing_that_can_be_done_changes_nothing(string decision, string reason, string part)
    {
        await using DeskHost host = await DeskHost.Start(Twins);
        using HttpClient client = await host.SignedIn("linkage");

        using HttpResponseMessage answer = await DeskHost.Post(client, Case, Case, new() { ["decision"] = decision, ["reason"] = reason });

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(part, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, host.CountIdentity("ident.link_form", "1 = 1"));
        Assert.Equal(0, host.CountIdentity("ident.link_event", "1 = 1"));
    }

    [Fact]
    public async Task A_form_of_somebody_else_is_refused_and_so_is_everybody_without_the_role()
    {
        await using DeskHost host = await DeskHost.Start(Twins);
        using HttpClient client = await host.SignedIn("linkage");
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Case), Case);
        foreach (string staffId in new[] { "steward", "auditor", "analyst", "policymaker", "school", "caseworker", "city", "administrator" })
        {
            using HttpClient other = await host.SignedIn(staffId);
            Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(other, "/account"), "/sign-out");
            using HttpResponseMessage page = await other.GetAsync(Case);
            using HttpResponseMessage posted = await Send(other, new(form) { ["__RequestVerificationToken"] = token["__RequestVerificationToken"], ["decision"] = "same:1002", ["reason"] = "x" });
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
            Assert.Equal(2, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal' AND object_id LIKE '%/links/%'"));
        }

        host.Time.Add(TimeSpan.FromHours(1));
        using HttpClient late = await host.SignedIn("linkage");
        Dictionary<string, string> fresh = DeskHost.Hidden(await DeskHost.Text(late, Case), Case);
        using HttpResponseMessage changed = await Send(late, new(fresh) { ["ticket"] = form["ticket"][..^4] + "AAAA", ["decision"] = "same:1002", ["reason"] = "x" });
        Assert.Equal(HttpStatusCode.Conflict, changed.StatusCode);
        Assert.Equal(0, host.CountIdentity("ident.link_event", "1 = 1"));
    }

    [Fact]
    public async Task Names_from_files_are_text_on_the_page()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            Twins(fixture);
            using WarehouseSession identity = fixture.Identity();
            identity.ExecuteText("UPDATE ident.source_record SET name_kanji = N'<script>x</script>', address = N'\"><img src=x onerror=y>'");
        });
        using HttpClient client = await host.SignedIn("linkage");

        string page = await client.GetStringAsync(new Uri(Case, UriKind.Relative));
        using HttpResponseMessage decided = await DeskHost.Post(client, Case, Case, new() { ["decision"] = "different:1001", ["reason"] = "</textarea><script>" });
        string decisions = await client.GetStringAsync(new Uri("/links/decisions", UriKind.Relative));
        Assert.DoesNotMatch("<(script|img)[ >/]", page);
        Assert.DoesNotMatch("<(script|img)[ >/]", decisions);
    }

    [Fact]
    public async Task Facts_follow_a_decision_at_once_where_that_is_asked_for()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("resident", "2023-04-02T03:00:00+09:00", "2023-03-31", TinyInbox.Resident(4, "本間 次郎", "ホンマ ジロウ", "H25.5.5", "1", "03", "01", "H25.5.5"));
        inbox.Add("household", "2023-04-02T03:00:00+09:00", "2023-03-31", [["1000000001", TinyInbox.Number(4), "03", "2013-05-05", "", "0"]]);
        await using DeskHost host = await DeskHost.Start(
            fixture => new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = "a secret for tests only"u8.ToArray(), Backfill = true }), isEmpty: true);
        using HttpClient client = await host.SignedIn("linkage");
        LinkReview review = new(host.Fixture.Databases, TimeProvider.System);
        long pupil;
        long jiro;
        using (WarehouseSession identity = host.Fixture.Identity())
        {
            pupil = identity.ScalarText<long>("SELECT record_key FROM ident.source_record WHERE system_code = 'school' AND source_id = 'G0001'");
            jiro = identity.ScalarText<long>($"SELECT DISTINCT x.person_key FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key WHERE s.system_code = 'resident' AND s.source_id = '{TinyInbox.Number(4)}'");
        }

        review.Assign([pupil], jiro, new Reviewer("linkage", "双子の弟（架空データ）"));
        int before = host.Count("fact.school_enrolment", $"person_key = {jiro} AND known_to_utc = '9999-12-31'");
        using HttpResponseMessage applied = await DeskHost.Post(client, "/links/decisions", "/links/apply", []);

        Assert.Equal(HttpStatusCode.Redirect, applied.StatusCode);
        Assert.Equal((0, 1), (before, host.Count("fact.school_enrolment", $"person_key = {jiro} AND known_to_utc = '9999-12-31'")));
        Assert.Equal(1, host.Count("meta.job_run", "job_name = 'link' AND status_code = 'succeeded' AND summary_text LIKE '%1 links handed over'"));
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'link_apply' AND outcome_code = 'allowed'"));
    }

    [Fact]
    public async Task Records_of_somebody_else_are_split_off_a_person_once_and_the_split_is_undone()
    {
        using TinyInbox inbox = TinyInbox.Family();
        byte[] secret = "a secret for tests only"u8.ToArray();
        await using DeskHost host = await DeskHost.Start(
            fixture => new LoadPipeline(fixture.Databases, new ManualTime(new DateTimeOffset(2025, 4, 1, 0, 0, 0, TimeSpan.Zero))).Run(new LoadOptions { Inbox = inbox.Path, Secret = secret, Backfill = true }),
            parts => parts with { Corrections = () => new LoadOptions { Inbox = "", Secret = secret } },
            isEmpty: true);
        using HttpClient client = await host.SignedIn("linkage");
        LinkReview review = new(host.Fixture.Databases, host.Time);
        long pupil;
        long other;
        using (WarehouseSession identity = host.Fixture.Identity())
        {
            pupil = identity.ScalarText<long>("SELECT record_key FROM ident.source_record WHERE system_code = 'school' AND source_id = 'G0001'");
            other = identity.ScalarText<long>("SELECT MIN(record_key) FROM ident.source_record WHERE system_code = 'resident'");
        }

        long whole = review.PersonOf(pupil);
        int records = review.Records(whole).Count;
        string path = $"/links/persons/{whole}";
        string page = await DeskHost.Text(client, path);
        Dictionary<string, string> form = new(DeskHost.Hidden(page, path + "/split")) { ["reason"] = "双子の弟の記録" };
        Task<HttpResponseMessage> Send(params long[] chosen) =>
            client.PostAsync(path + "/split", new FormUrlEncodedContent(form.Concat(chosen.Select(record => new KeyValuePair<string, string>("record", record.ToString(CultureInfo.InvariantCulture))))));
        using HttpResponseMessage none = await Send();
        using HttpResponseMessage all = await Send([.. review.Records(whole).Select(record => record.RecordKey)]);
        using HttpResponseMessage foreign = await Send(review.PersonOf(other) == whole ? 1 : other);
        using HttpResponseMessage split = await Send(pupil);
        using HttpResponseMessage again = await Send(pupil);
        long apart = review.PersonOf(pupil);
        host.Time.Add(TimeSpan.FromMinutes(1));
        string decisions = await DeskHost.Text(client, "/links/decisions");
        using HttpResponseMessage undone = await DeskHost.Post(client, "/links/decisions", "/links/decisions/1/undo", new() { ["reason"] = "見直し" });
        using HttpResponseMessage unknown = await client.GetAsync("/links/persons/999999");
        using HttpClient caseworker = await host.SignedIn("caseworker");

        Assert.True(records > 1 && page.Contains("G0001", StringComparison.Ordinal), $"{records} records");
        Assert.All([none, all, foreign], answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));
        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.Redirect), (split.StatusCode, again.StatusCode));
        Assert.NotEqual(whole, apart);
        Assert.Contains("分けた", decisions, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, undone.StatusCode);
        Assert.Equal(whole, review.PersonOf(pupil));
        Assert.Equal(["split", "undo"], review.Events().Select(one => one.EventCode));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await caseworker.GetAsync(path)).StatusCode);
        Assert.Equal(3, host.Count("audit.access_log", $"action_code = 'link_split' AND outcome_code = 'refused' AND child_key = {whole}"));
    }

    [Fact]
    public void Parts_of_names_say_what_the_marked_text_says()
    {
        (IReadOnlyList<NamePart> left, _) = NameDifference.Parts("渡邉　次郎", "渡辺 太郎");

        Assert.Equal(NameDifference.Mark("渡邉　次郎", "渡辺 太郎").Left, string.Concat(left.Select(part => part.Mark switch { ' ' => part.Text, '(' => $"({part.Text})", _ => $"[{part.Text}]" })));
        Assert.Contains(left, part => part is { Text: "邉", Mark: '(' });
        Assert.Contains(left, part => part is { Text: "次", Mark: '[' });
    }

    // The register knows twins; the school has one of them, the surname in another form of a character.
    internal static void Twins(WarehouseFixture fixture)
    {
        using WarehouseSession identity = fixture.Identity();
        const string Always = "'2024-01-01', '9999-12-31'";
        foreach ((long record, long person, string feed, string name, string kana) in new[]
        {
            (1001L, Taro, "resident", "渡辺　太郎", "ワタナベ　タロウ"), (1002L, Jiro, "resident", "渡辺　次郎", "ワタナベ　ジロウ"), (Pupil, 601L, "school", "渡邉　次郎", "ワタナベ　ジロウ"),
        })
        {
            identity.ExecuteText($"INSERT INTO ident.person VALUES ({person}, {record}, '2024-01-01')");
            identity.ExecuteText($"INSERT INTO ident.source_record VALUES ({record}, 'a', 1, '{feed}', '{feed}', N'N{record}', NULL, N'{name}', N'{kana}', NULL, NULL, NULL, NULL, NULL, '2013-05-05', 1, N'佐和島市東町1-2', NULL, NULL, {(feed == "resident" ? "N'H1'" : "NULL")}, 0, {Always})");
            identity.ExecuteText($"INSERT INTO ident.crosswalk VALUES ({record}, {person}, 'NEW', N'', 'linker', '1', '2024-01-01', {Always})");
            identity.ExecuteText($"INSERT INTO ident.person_profile VALUES ({person}, N'{name}', N'{kana}', '2013-05-05', 1, N'佐和島市東町1-2', NULL, {(feed == "resident" ? "N'H1'" : "NULL")}, {record})");
        }

        identity.ExecuteText($"INSERT INTO ident.link_candidate VALUES ({Pupil}, 1001, 0.2, -2.0, N'model=1;p=0.2;bits=-2.0;surname=9:7.2;given_name=1:-8.0;birth_date=7:12.1', '1', '2025-04-01')");
        identity.ExecuteText($"INSERT INTO ident.link_candidate VALUES ({Pupil}, 1002, 0.8, 2.0, N'model=1;p=0.8;bits=2.0;surname=9:7.2;given_name=3:-4.0;birth_date=7:12.1', '1', '2025-04-01')");
    }

    private static Task<HttpResponseMessage> Send(HttpClient client, Dictionary<string, string> form) => client.PostAsync(Case, new FormUrlEncodedContent(form));
}
