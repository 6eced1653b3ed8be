using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Warehouse.Reporting.Casework;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The worklist mixes what the model chose with what chance drew, and tells nothing of the score before a judgement.</summary>
public sealed class WorklistTests
{
    private static readonly string[] OnTheList = ["101", "1001", "1002", "1003", "1004", "1005", "1006", "1007"];

    [Fact]
    public async Task A_fifth_at_least_comes_from_chance_and_the_draw_can_be_made_again_from_its_seed()
    {
        await using DeskHost host = await DeskHost.Start(More);
        using HttpClient client = await host.SignedIn("caseworker");

        List<string> list = await List(client, "");
        List<string> again = await List(client, "");

        using WarehouseSession session = host.Fixture.Warehouse(SessionRole.Migrator);
        string seed = session.ScalarText<string>("SELECT d.seed AS x FROM fact.audit_draw AS d WHERE d.district_code = 'D1'")!;
        double probability = session.ScalarText<double>("SELECT d.inclusion_probability AS x FROM fact.audit_draw AS d WHERE d.district_code = 'D1'");
        // Eight of the district are listed, sixty are scored and not listed: two are drawn.
        IReadOnlyList<long> drawn = AuditDraw.Choose(seed, Enumerable.Range(2000, 60).Select(key => (long)key), 2);
        Assert.Equal(OnTheList.Concat(drawn.Select(key => key.ToString(CultureInfo.InvariantCulture))).Order(), list.Order());
        Assert.Equal(2.0 / 60, probability, 12);
        Assert.Equal(list, again);
        Assert.Equal(1, host.Count("fact.audit_draw", "district_code = 'D1'"));
        Assert.Equal(20, host.Count("audit.access_log", "action_code = 'worklist' AND outcome_code = 'allowed'"));
    }

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(4, 100, 1)]
    [InlineData(5, 100, 2)]
    [InlineData(60, 100, 15)]
    [InlineData(60, 3, 3)]
    public void The_draw_is_a_fifth_of_the_list_where_there_are_so_many(int listed, int population, int drawn)
    {
        Assert.Equal(drawn, AuditDraw.Size(listed, population));
    }

    [Fact]
    public async Task The_order_is_that_of_the_person_and_the_day_and_not_of_the_score()
    {
        await using DeskHost host = await DeskHost.Start(More);
        using HttpClient own = await host.SignedIn("caseworker");
        using HttpClient other = await host.SignedIn("city");

        List<string> mine = await List(own, "");
        List<string> theirs = (await List(other, "")).Where(mine.Contains).ToList();
        host.Time.Add(TimeSpan.FromDays(1));
        using HttpClient later = await host.SignedIn("caseworker");
        List<string> tomorrow = await List(later, "");

        Assert.Equal(mine.Order(), theirs.Order());
        Assert.NotEqual(mine, theirs);
        Assert.NotEqual(mine, tomorrow);
        Assert.NotEqual(mine, mine.OrderBy(key => long.Parse(key, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Before_a_judgement_a_line_tells_nothing_of_the_score_and_after_it_the_band_and_whether_it_falls()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            More(fixture);
            using WarehouseSession session = fixture.Warehouse();
            foreach (int child in Enumerable.Range(2000, 60))
            {
                session.ExecuteText($"INSERT INTO fact.risk_score VALUES (1, {child}, '2024-04-01', '2024-03-31 15:00:00', '2024-04-02', 1.0, 0.2, 'B', 1, 0, '', 4, 120, 30)");
            }
        });
        using HttpClient client = await host.SignedIn("caseworker");
        string before = await DeskHost.Text(client, "/worklist");
        string[] drawn = (await List(client, "")).Except(OnTheList).ToArray();
        Assert.DoesNotContain("優先して確認", before, StringComparison.Ordinal);
        Assert.DoesNotContain("区分なし", before, StringComparison.Ordinal);
        foreach (string child in new[] { "101", drawn[0] })
        {
            using HttpResponseMessage sent = await DeskHost.Post(
                client, $"/children/{child}?purpose=assessment", $"/children/{child}/judgements/first", new() { ["decision"] = "no_need", ["reason"] = "no_sign", ["note"] = "" });
            Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        }

        string after = await DeskHost.Text(client, "/worklist");
        List<string> open = await List(client, "?judged=no");
        List<string> done = await List(client, "?judged=first");

        Assert.Single(Regex.Matches(after, "優先して確認"));
        Assert.Single(Regex.Matches(after, "区分なし（AからCに入らない）　前回より低下"));
        Assert.DoesNotContain("前回より低下", before, StringComparison.Ordinal);
        Assert.Equal(new[] { "101", drawn[0] }.Order(), done.Order());
        Assert.Equal(8, open.Count);
        Assert.DoesNotContain("101", open);
    }

    [Fact]
    public async Task Filters_ask_for_the_council_and_for_what_changed_after_a_judgement()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            More(fixture);
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO fact.council_case VALUES (1001, 1, 'protect', 'light', 'desk', '2025-03-01', NULL, NULL, NULL, 'none', '2025-03-02', '9999-12-31', 1)");
        });
        using HttpClient client = await host.SignedIn("caseworker");
        List<string> unknown = await List(client, "?council=no");
        using HttpResponseMessage sent = await DeskHost.Post(
            client, "/children/1002?purpose=assessment", "/children/1002/judgements/first", new() { ["decision"] = "pending", ["reason"] = "unknown", ["note"] = "" });
        List<string> quiet = await List(client, "?changed=true");
        using (WarehouseSession session = host.Fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO fact.checkup VALUES (1002, 2, 'm36', '2018-07-01', NULL, 0, NULL, NULL, 'none', NULL, 2, '2025-04-20', '9999-12-31', 1)");
        }

        List<string> changed = await List(client, "?changed=true");

        Assert.DoesNotContain("1001", unknown);
        Assert.Equal(9, unknown.Count);
        Assert.Empty(quiet);
        Assert.Equal(["1002"], changed);
    }

    [Fact]
    public async Task Urgent_cases_stand_first_and_apart_from_the_list()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            More(fixture);
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO fact.consultation VALUES (1003, 9, '2025-03-20', 'abuse', 'neighbour', 'b', NULL, 'none', NULL, NULL, 'none', '2025-03-21', '9999-12-31', 1)");
            session.ExecuteText("INSERT INTO fact.consultation VALUES (102, 10, '2025-03-20', 'abuse', 'neighbour', 'b', NULL, 'none', NULL, NULL, 'none', '2025-03-21', '9999-12-31', 1)");
            session.ExecuteText("INSERT INTO fact.consultation VALUES (1004, 11, '2025-03-20', 'abuse', 'neighbour', 'b', '2025-03-21', 'none', NULL, NULL, 'none', '2025-03-21', '9999-12-31', 1)");
        });
        using HttpClient client = await host.SignedIn("caseworker");

        JsonElement list = await client.GetFromJsonAsync<JsonElement>("/api/v1/worklist");
        string page = await DeskHost.Text(client, "/worklist");

        Assert.Equal("1003", Assert.Single(list.GetProperty("urgent").EnumerateArray()).GetProperty("childKey").GetString());
        Assert.DoesNotContain("1003", list.GetProperty("children").EnumerateArray().Select(child => child.GetProperty("childKey").GetString()));
        Assert.True(page.IndexOf("/children/1003", StringComparison.Ordinal) < page.IndexOf("/children/101\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_to_be_expected_of_the_list_is_said_with_its_interval_of_a_hundred_children()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO meta.model_metric VALUES (1, 'cv_precision_at_20', 'all', 0.9, 0.8, 0.95, 100, 10), (1, 'cv_recall_at_20', 'all', 0.9, 0.8, 0.95, 100, 10)");
            session.ExecuteText("INSERT INTO meta.model_metric VALUES (1, 'temporal_precision_at_20', 'all', 0.2, 0.101, 0.349, 100, 10), (1, 'temporal_recall_at_20', 'all', 0.11, 0.051, 0.189, 100, 10)");
            session.ExecuteText("INSERT INTO meta.model_metric VALUES (1, 'temporal_precision_at_200', 'all', 0.1, 0.05, 0.2, 100, 10), (1, 'temporal_recall_at_200', 'all', 0.5, 0.4, 0.6, 100, 10)");
        });
        using HttpClient client = await host.SignedIn("caseworker");

        string page = await DeskHost.Text(client, "/worklist");

        Assert.Contains("分析が20人を選ぶとき、選ばれた100人のうち支援が必要と判断されるのは20（10～35）人、支援が必要な児童100人のうち選ばれるのは11（5～19）人", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_brief_opens_after_the_first_judgement_carries_both_and_is_the_same_bytes_each_time()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpClient western = await host.SignedIn("western");
        using HttpClient city = await host.SignedIn("city");
        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(client, "/children/101?purpose=conference"), "/sign-out");
        using HttpResponseMessage early = await client.PostAsync("/children/101/briefs", new FormUrlEncodedContent(token.Append(new("recipient", "教育委員会"))));
        foreach ((string stage, string decision, string note) in new[] { ("first", "need", "欠席の理由が分からない"), ("final", "pending", "学校に確かめてから決める") })
        {
            using HttpResponseMessage sent = await DeskHost.Post(
                client, "/children/101?purpose=conference", $"/children/101/judgements/{stage}", new() { ["decision"] = decision, ["reason"] = "school", ["note"] = note });
            Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        }

        using HttpResponseMessage made = await DeskHost.Post(client, "/children/101?purpose=conference", "/children/101/briefs", new() { ["recipient"] = "教育委員会" });
        string path = made.Headers.Location!.ToString();
        byte[] once = await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
        byte[] twice = await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
        using HttpResponseMessage outside = await western.GetAsync(path);
        using HttpResponseMessage unjudged = await city.GetAsync(path);
        using HttpResponseMessage aimless = await client.GetAsync(path.Split('?')[0]);
        using HttpResponseMessage unknown = await client.GetAsync("/briefs/B20250410-00000000-1?purpose=conference");

        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Equal(once, twice);
        using UglyToad.PdfPig.PdfDocument pdf = UglyToad.PdfPig.PdfDocument.Open(once);
        string text = Regex.Replace(string.Concat(pdf.GetPages().Select(page => page.Text)), "\\s", "");
        Assert.Contains("欠席の理由が分からない", text, StringComparison.Ordinal);
        Assert.Contains("学校に確かめてから決める", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, outside.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, unjudged.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, aimless.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'brief-rebuild' AND outcome_code = 'allowed' AND child_key = 101"));
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'brief-open' AND outcome_code = 'refused' AND child_key = 101"));
        Assert.Contains(path, await DeskHost.Text(client, "/children/101?purpose=conference"), StringComparison.Ordinal);
    }

    // Seven more listed children and sixty unlisted ones of district D1.
    private static void More(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        foreach (int child in Enumerable.Range(1001, 7).Concat(Enumerable.Range(2000, 60)))
        {
            string band = child < 2000 ? "A" : "none";
            session.ExecuteText($"INSERT INTO dim.child VALUES ({child}, 201506, 2022, 1, 0, 1)");
            session.ExecuteText($"INSERT INTO fact.child_month VALUES ({child}, 202503, 1, 1, {child}, 117, 3, 1, 4, '2025-04-01', '9999-12-31', 1)");
            session.ExecuteText($"INSERT INTO fact.risk_score VALUES (1, {child}, '2025-04-01', '2025-03-31 15:00:00', '2025-04-02', 1.0, 0.2, '{band}', {child}, 0, '', 4, 120, 30)");
        }
    }

    private static async Task<List<string>> List(HttpClient client, string filter) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/worklist" + filter)).GetProperty("children").EnumerateArray().Select(child => child.GetProperty("childKey").GetString()!).ToList();
}
