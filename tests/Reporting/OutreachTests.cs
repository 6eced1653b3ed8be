using System.Net;
using System.Text;
using System.Text.Json;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Contacts are added and kept; a protective measure comes before them; what a family does not use is found by rules.</summary>
public sealed class OutreachTests
{
    private const string Page = "/children/101/contacts?purpose=support";
    private const string Form = "/children/101/contacts";

    [Fact]
    public async Task Entries_of_each_kind_are_kept_in_order_with_their_words_and_once()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        Dictionary<string, string>[] entries =
        [
            new() { ["event"] = "plan", ["detail"] = "visit", ["due"] = "2025-04-12", ["note"] = "夕方に<i>訪問</i>" },
            new() { ["event"] = "attempt", ["detail"] = "phone", ["result"] = "missed", ["date"] = "2025-04-10" },
            new() { ["event"] = "refusal", ["detail"] = "guardian", ["date"] = "2025-04-10" },
            new() { ["event"] = "support", ["detail"] = "food", ["date"] = "2025-04-10" },
        ];
        foreach (Dictionary<string, string> entry in entries)
        {
            Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Page), Form);
            foreach ((string name, string value) in entry)
            {
                form[name] = value;
            }

            using HttpResponseMessage once = await client.PostAsync(Form, new FormUrlEncodedContent(form));
            using HttpResponseMessage twice = await client.PostAsync(Form, new FormUrlEncodedContent(form));
            Assert.Equal(HttpStatusCode.Redirect, once.StatusCode);
            Assert.Equal(HttpStatusCode.Redirect, twice.StatusCode);
        }

        string page = await client.GetStringAsync(new Uri(Page, UriKind.Relative));

        Assert.Equal(4, host.Count("fact.contact", "child_key = 101 AND staff_id = 'caseworker'"));
        Assert.Contains("&lt;i&gt;", page, StringComparison.Ordinal);
        Assert.Contains("会えなかった", page, StringComparison.Ordinal);
        Assert.Contains("食料・生活物資", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attempt", "phone", "", "2025-04-10", "")]
    [InlineData("attempt", "phone", "reached", "2025-04-11", "")]
    [InlineData("attempt", "food", "reached", "2025-04-10", "")]
    [InlineData("plan", "visit", "", "", "2025-04-09")]
    [InlineData("plan", "visit", "", "", "")]
    [InlineData("support", "food", "better", "2025-04-10", "")]
    [InlineData("invented", "food", "", "2025-04-10", "")]
    public async Task What_is_not_in_the_menus_or_of_another_day_is_not_taken(string kind, string detail, string result, string date, string due)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");

        using HttpResponseMessage response = await DeskHost.Post(
            client, Page, Form, new() { ["event"] = kind, ["detail"] = detail, ["result"] = result, ["date"] = date, ["due"] = due });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, host.Count("fact.contact", "1 = 1"));
    }

    [Fact]
    public async Task Where_a_protective_measure_holds_contact_waits_for_the_office_in_charge()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("western");
        const string Restricted = "/children/102/contacts";
        Dictionary<string, string> visit = new() { ["event"] = "attempt", ["detail"] = "visit", ["result"] = "reached", ["date"] = "2025-04-10" };

        string page = await DeskHost.Text(client, Restricted + "?purpose=support");
        using HttpResponseMessage unsafely = await DeskHost.Post(client, Restricted + "?purpose=support", Restricted, visit);
        using HttpResponseMessage safely = await DeskHost.Post(client, Restricted + "?purpose=support", Restricted, new(visit) { ["safety"] = "true" });

        Assert.Contains("支援措置の担当課に連絡の可否と方法を確認してください", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, unsafely.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, safely.StatusCode);
        Assert.Equal(1, host.Count("fact.contact", "child_key = 102 AND is_safety_checked = 1"));
    }

    [Fact]
    public async Task Reviews_and_outcomes_that_are_due_are_on_the_worklist_even_where_the_model_scores_no_more()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("UPDATE fact.risk_score SET is_withheld = 1 WHERE child_key = 101");
            session.ExecuteText("INSERT INTO fact.contact VALUES ('a', 101, 'x', 'support', 'food', '', '2024-10-10', NULL, 0, '2024-10-10')");
            session.ExecuteText("INSERT INTO fact.contact VALUES ('b', 102, 'x', 'support', 'food', '', '2024-10-11', NULL, 0, '2024-10-10')");
        });
        using HttpClient client = await host.SignedIn("city");
        string six = await DeskHost.Text(client, "/worklist");
        using HttpResponseMessage outcome = await DeskHost.Post(
            client, Page, Form, new() { ["event"] = "outcome", ["detail"] = "m6", ["result"] = "better", ["date"] = "2025-04-10" });
        using HttpResponseMessage review = await DeskHost.Post(client, Page, Form, new() { ["event"] = "review", ["detail"] = "review", ["due"] = "2025-04-12" });
        using (WarehouseSession session = host.Fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO fact.contact VALUES ('c', 102, 'x', 'outcome', 'm6', 'same', '2025-04-10', NULL, 0, '2025-04-10')");
        }

        string none = await DeskHost.Text(client, "/worklist");
        host.Time.Add(TimeSpan.FromDays(2));
        using HttpClient later = await host.SignedIn("city");
        string due = await DeskHost.Text(later, "/worklist");

        Assert.Contains("/children/101/contacts", six, StringComparison.Ordinal);
        Assert.DoesNotContain("/children/102/contacts", six, StringComparison.Ordinal);
        Assert.Contains("支援から6か月の状況を記録してください", six, StringComparison.Ordinal);
        Assert.DoesNotContain("/children/101/contacts", none, StringComparison.Ordinal);
        Assert.Contains("見直しの期日が来ています", due, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entitlements_that_a_family_does_not_use_are_shown_with_the_rule_that_says_so()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO fact.benefit_spell VALUES (101, 1, 201, 1, 'child_rearing_allowance', 1, 'divorce', 'full', '2024-01-01', '9999-12-31', '2024-01-01', '9999-12-31', 1, NULL)");
        });
        using HttpClient client = await host.SignedIn("city");

        string receiving = await DeskHost.Text(client, Page);
        string without = await DeskHost.Text(client, "/children/102/contacts?purpose=support");

        Assert.Contains("小中学生で、児童扶養手当または生活保護の記録があるが、就学援助の記録がない", receiving, StringComparison.Ordinal);
        Assert.DoesNotContain("児童扶養手当法第4条", receiving, StringComparison.Ordinal);
        Assert.Contains("児童扶養手当法第4条", without, StringComparison.Ordinal);
        Assert.DoesNotContain("学校教育法第19条", without, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_are_data_and_one_that_names_an_unknown_fact_is_refused()
    {
        using MemoryStream good = new(Encoding.UTF8.GetBytes("""[{"code":"x","name":"n","office":"o","rule":"r","basis":"b","when":[{"fact":"grade","from":1,"to":9}],"unless":["x"]}]"""));
        using MemoryStream bad = new(Encoding.UTF8.GetBytes("""[{"code":"x","name":"n","office":"o","rule":"r","basis":"b","when":[{"fact":"income","from":1,"to":9}],"unless":[]}]"""));
        ChildRecord pupil = new(
            new ChildRow(1, 201506, 2022, 1, 202503, 117, 3, 1, 4, 1, "D1", "", "", "", "school"), null, [], [], [], [], [], [], [], [], [], 0);

        IReadOnlyList<EntitlementRule> rules = EntitlementRules.Parse(good);

        Assert.Single(EntitlementRules.Unused(rules, pupil, [], new DateOnly(2025, 4, 1)));
        Assert.Empty(EntitlementRules.Unused(rules, pupil, ["x"], new DateOnly(2025, 4, 1)));
        Assert.Contains("income", Assert.Throws<JsonException>(() => EntitlementRules.Parse(bad)).Message, StringComparison.Ordinal);
        Assert.All(EntitlementRules.Default, rule => Assert.NotEmpty(rule.Basis));
    }
}
