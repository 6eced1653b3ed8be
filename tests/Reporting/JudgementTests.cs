using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>A caseworker judges before anything of the analysis is shown; what is recorded stays.</summary>
public sealed class JudgementTests
{
    private const string Page = "/children/101?purpose=assessment";
    private const string FirstForm = "/children/101/judgements/first";
    private const string FinalForm = "/children/101/judgements/final";

    private static readonly StaffMember Caseworker = new("caseworker", "支援 太郎", Roles.Caseworker, "D1");

    // What only the model says: band, similar children, reasons, the model itself.
    private static readonly string[] OfTheAnalysis = ["優先して確認", "120人", "欠席が月15日以上、かつ", "転居が2回以上", "再学習100回", "モデル 1", "PDFを作成"];

    [Fact]
    public async Task Nothing_of_the_analysis_is_shown_before_the_first_judgement_and_counts_with_an_interval_after_it()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        string before = await DeskHost.Text(client, Page);
        JsonElement blind = await client.GetFromJsonAsync<JsonElement>("/api/v1/children/101?purpose=assessment");
        Assert.All(OfTheAnalysis, part => Assert.DoesNotContain(part, before, StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, blind.GetProperty("analysis").ValueKind);
        Assert.DoesNotContain("欠席が月15日以上", blind.GetRawText(), StringComparison.Ordinal);

        using HttpResponseMessage sent = await Judge(client, FirstForm, "need", "school", "欠席が続いている");
        string after = await DeskHost.Text(client, Page);

        Assert.Equal("/children/101?purpose=assessment#judgement", sent.Headers.Location!.ToString());
        Assert.Contains("似ている児童120人のうち、支援が必要と判断されたのは30人（同じような児童100人なら18～34人と推定）", after, StringComparison.Ordinal);
        Assert.Contains("欠席が月15日以上、かつ3歳児健診が未受診", after, StringComparison.Ordinal);
        Assert.Contains("40人のうち12人（100人なら18～45人）", after, StringComparison.Ordinal);
        Assert.Contains("再学習100回のうち90回", after, StringComparison.Ordinal);
        Assert.Contains("似ていないと見る理由", after, StringComparison.Ordinal);
        Assert.Contains("わからないこと", after, StringComparison.Ordinal);
        Assert.DoesNotContain("%", after, StringComparison.Ordinal);
        Assert.Equal(0, host.Count("audit.access_log", "action_code = 'analysis' AND child_key <> 101"));
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'analysis' AND child_key = 101 AND purpose_code = 'assessment'"));
    }

    [Fact]
    public async Task An_entry_whose_words_alone_were_written_is_finished_at_the_next_start_once()
    {
        await using DeskHost host = await DeskHost.Start();
        string first = new('a', 32), second = new('b', 32), contact = new('c', 32);
        using (WarehouseSession identity = host.Fixture.Identity(SessionRole.Caseworker))
        {
            foreach ((string id, string facts) in new[]
            {
                (first, Fact(first, "need")), (second, Fact(second, "no_need")),
                (contact, $$"""{"Judgement":null,"Contacts":[{"ContactId":"{{contact}}","ChildKey":101,"StaffId":"caseworker","EventCode":"support","DetailCode":"food","ResultCode":"","EventDate":"2025-04-10","DueDate":null,"IsSafetyChecked":0,"RecordedUtc":"2025-04-10T01:00:00Z"}]}"""),
            })
            {
                identity.Execute("load/casework_note_insert", new { NoteId = id, ChildKey = 101L, StaffId = "caseworker", NoteText = "メモ " + id[0], WrittenUtc = new DateTime(2025, 4, 10) });
                identity.Execute("load/casework_unfinished_insert", new { entry_id = id, facts_json = facts, begun_utc = new DateTime(2025, 4, 10, 1, 0, id[0] - 'a', DateTimeKind.Utc) });
            }
        }

        Assert.Equal(3, PairedEntries.Finish(host.Fixture.Databases));
        Assert.Equal(0, PairedEntries.Finish(host.Fixture.Databases));

        // Of two first judgements of one scoring the one that was begun first stands.
        Assert.Equal(1, host.Count("fact.judgement", $"judgement_id = '{first}' AND decision_code = 'need' AND spent_seconds = 7"));
        Assert.Equal(1, host.Count("fact.judgement", "1 = 1"));
        Assert.Equal(1, host.Count("fact.contact", $"contact_id = '{contact}' AND detail_code = 'food' AND event_date = '2025-04-10'"));
        Assert.Equal(0, host.CountIdentity("casework.unfinished_entry", "1 = 1"));
        using HttpClient client = await host.SignedIn("caseworker");
        Assert.Contains("メモ a", await DeskHost.Text(client, Page), StringComparison.Ordinal);

        static string Fact(string id, string decision) =>
            $$"""{"Judgement":{"JudgementId":"{{id}}","ChildKey":101,"SnapshotDate":"2025-04-01","ModelRunId":1,"StaffId":"caseworker","StageCode":"first","RevisionNumber":1,"DecisionCode":"{{decision}}","ReasonCode":"school","BandCode":"A","IsBandShown":0,"SpentSeconds":7,"JudgedUtc":"2025-04-10T01:00:00Z"},"Contacts":[]}""";
    }

    [Fact]
    public async Task A_judgement_keeps_who_when_which_scoring_and_how_long()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Page), FirstForm);
        host.Time.Add(TimeSpan.FromSeconds(245));

        using HttpResponseMessage sent = await client.PostAsync(FirstForm, Form(form, "pending", "unknown", "<b>学校に</b>確認する"));

        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        Assert.Equal(1, host.Count("fact.judgement", """
            child_key = 101 AND staff_id = 'caseworker' AND stage_code = 'first' AND decision_code = 'pending' AND reason_code = 'unknown' AND model_run_id = 1
            AND snapshot_date = '2025-04-01' AND band_code = 'A' AND is_band_shown = 0 AND spent_seconds = 245 AND revision_number = 1
            """));
        string page = await client.GetStringAsync(new Uri(Page, UriKind.Relative));
        Assert.Contains("&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>学校に", page, StringComparison.Ordinal);
        Assert.Contains("かかった時間 4分5秒", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_form_sent_twice_and_at_once_is_one_judgement_and_another_form_does_not_replace_it()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        Dictionary<string, string> form = DeskHost.Hidden(await DeskHost.Text(client, Page), FirstForm);
        Dictionary<string, string> other = DeskHost.Hidden(await DeskHost.Text(client, Page), FirstForm);

        HttpResponseMessage[] same = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsync(FirstForm, Form(form, "need", "school", "一度だけ"))));
        using HttpResponseMessage late = await client.PostAsync(FirstForm, Form(other, "no_need", "no_sign", ""));

        Assert.All(same, response => Assert.Equal(HttpStatusCode.Redirect, response.StatusCode));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal(1, host.Count("fact.judgement", "decision_code = 'need'"));
        Assert.Equal(1, host.Count("fact.judgement", "1 = 1"));
    }

    [Fact]
    public async Task A_final_judgement_before_the_first_is_refused_and_one_that_differs_needs_words()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        JsonElement child = await client.GetFromJsonAsync<JsonElement>("/api/v1/children/101?purpose=assessment");
        string ticket = child.GetProperty("ticket").GetString()!;

        using HttpResponseMessage wrongStage = await Api(client, ticket, "final", "need", null);
        using HttpResponseMessage early = await client.PostAsync(FinalForm, Form(DeskHost.Hidden(await DeskHost.Text(client, Page), FirstForm), "need", "school", ""));
        using HttpResponseMessage first = await Api(client, ticket, "first", "need", null);
        string final = (await client.GetFromJsonAsync<JsonElement>("/api/v1/children/101?purpose=assessment")).GetProperty("ticket").GetString()!;
        using HttpResponseMessage wordless = await Api(client, final, "final", "no_need", " \n ");
        using HttpResponseMessage changed = await Api(client, final, "final", "no_need", "学校に確認し、病気による欠席と分かった");
        JsonElement after = await client.GetFromJsonAsync<JsonElement>("/api/v1/children/101?purpose=assessment");

        Assert.Equal(HttpStatusCode.BadRequest, wrongStage.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, early.StatusCode);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wordless.StatusCode);
        Assert.Equal("application/problem+json", wordless.Content.Headers.ContentType!.MediaType);
        Assert.Equal("words-missing", (await wordless.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("need", after.GetProperty("first").GetProperty("decisionCode").GetString());
        Assert.Equal("no_need", after.GetProperty("finals")[0].GetProperty("decisionCode").GetString());
        Assert.Equal("学校に確認し、病気による欠席と分かった", after.GetProperty("finals")[0].GetProperty("note").GetString());
    }

    [Fact]
    public async Task What_was_entered_stays_in_the_form_where_it_is_not_accepted()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpResponseMessage first = await Judge(client, FirstForm, "need", "school", "");

        using HttpResponseMessage response = await Judge(client, FinalForm, "need", "invented", "消えてはいけない長いメモ");

        string page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("消えてはいけない長いメモ", page, StringComparison.Ordinal);
        Assert.Contains("判断と主な理由を選んでください", page, StringComparison.Ordinal);
        Assert.Matches("value=\"need\" required[^>]*checked", page);
    }

    [Fact]
    public async Task A_ticket_serves_its_own_child_and_caseworker_for_a_day_only()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient own = await host.SignedIn("caseworker");
        using HttpClient city = await host.SignedIn("city");
        string ticket = (await own.GetFromJsonAsync<JsonElement>("/api/v1/children/101?purpose=assessment")).GetProperty("ticket").GetString()!;

        using HttpResponseMessage anotherPerson = await Api(city, ticket, "first", "need", null);
        using HttpResponseMessage anotherChild = await DeskHost.Send(city, "/api/v1/children/102/judgements", Message(ticket, "first", "need", null));
        using HttpResponseMessage changed = await Api(own, ticket[..^4] + "AAAA", "first", "need", null);
        host.Time.Add(CaseTickets.Lifetime + TimeSpan.FromSeconds(1));
        using HttpClient again = await host.SignedIn("caseworker");
        using HttpResponseMessage old = await Api(again, ticket, "first", "need", null);

        foreach (HttpResponseMessage response in new[] { anotherPerson, anotherChild, changed, old })
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("ticket-refused", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }

        Assert.Equal(0, host.Count("fact.judgement", "1 = 1"));
    }

    [Fact]
    public async Task A_judgement_outside_the_remit_or_without_a_purpose_is_refused_and_logged()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");

        using HttpResponseMessage remit = await DeskHost.Send(client, "/api/v1/children/102/judgements", Message("x", "first", "need", null));
        using HttpResponseMessage purpose = await DeskHost.Send(
            client, "/api/v1/children/101/judgements", new { ticket = "x", stage = "first", decision = "need", reason = "school", purpose = "curiosity" });

        Assert.Equal(HttpStatusCode.Forbidden, remit.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, purpose.StatusCode);
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'judge-first' AND outcome_code = 'refused'"));
        Assert.True(AuditTrail.Verify(host.Fixture.Databases).IsIntact);
    }

    [Fact]
    public async Task One_caseworker_does_not_see_the_analysis_by_the_judgement_of_another()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient first = await host.SignedIn("caseworker");
        using HttpClient second = await host.SignedIn("city");
        using HttpResponseMessage sent = await Judge(first, FirstForm, "need", "school", "他の職員に見えない");

        string page = await DeskHost.Text(second, Page);

        Assert.All(OfTheAnalysis.Append("他の職員に見えない"), part => Assert.DoesNotContain(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_urgent_case_goes_past_the_model()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO fact.consultation VALUES (101, 9, '2025-03-20', 'abuse', 'neighbour', 'b', NULL, 'none', NULL, NULL, 'none', '2025-03-21', '9999-12-31', 1)");
        });
        using HttpClient client = await host.SignedIn("caseworker");
        using HttpResponseMessage sent = await Judge(client, FirstForm, "need", "voice", "");

        string page = await DeskHost.Text(client, Page);

        Assert.Contains("通告・緊急対応の手順で進めてください", page, StringComparison.Ordinal);
        Assert.All(OfTheAnalysis.Where(part => part != "PDFを作成"), part => Assert.DoesNotContain(part, page, StringComparison.Ordinal));
    }

    [Theory]
    [EngineData]
    public async Task Words_that_were_stored_before_a_failure_are_completed_by_the_same_form(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        SampleChild.Write(fixture);
        ManualTime time = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
        await using AuditTrail audit = new(fixture.Databases, time);
        CaseTickets tickets = new(new EphemeralDataProtectionProvider(), time);
        CaseDesk desk = new(fixture.Databases, new BriefReader(fixture.Databases, audit), audit, tickets, time);
        AccessReason reason = new(Caseworker, "assessment");
        string text = desk.Ticket((await desk.Open(101, reason))!, Caseworker);
        CaseTicket ticket = tickets.Open(text, Caseworker.StaffId, 101, JudgementCodes.First)!;
        using (WarehouseSession identity = fixture.Identity(SessionRole.Caseworker))
        {
            identity.Execute("load/casework_note_insert", new { note_id = ticket.Id, child_key = 101L, staff_id = "caseworker", note_text = "先に届いた", written_utc = time.GetUtcNow().UtcDateTime });
        }

        (JudgementOutcome outcome, _) = await desk.Record(101, JudgementCodes.First, new JudgementInput(text, "need", "school", "先に届いた"), reason);
        (JudgementOutcome again, Judgement? stands) = await desk.Record(101, JudgementCodes.First, new JudgementInput(text, "no_need", "other", "別の内容"), reason);
        CaseView view = (await desk.Open(101, reason))!;

        Assert.Equal(JudgementOutcome.Recorded, outcome);
        Assert.Equal(JudgementOutcome.Recorded, again);
        Assert.Equal("need", stands!.DecisionCode);
        Assert.Equal("先に届いた", view.First!.Note);
        Assert.NotNull(view.Analysis);
    }

    private static Task<HttpResponseMessage> Judge(HttpClient client, string form, string decision, string reason, string note) =>
        DeskHost.Post(client, Page, form, new() { ["decision"] = decision, ["reason"] = reason, ["note"] = note });

    private static FormUrlEncodedContent Form(Dictionary<string, string> hidden, string decision, string reason, string note) =>
        new(hidden.Append(new("decision", decision)).Append(new("reason", reason)).Append(new("note", note)));

    private static Task<HttpResponseMessage> Api(HttpClient client, string ticket, string stage, string decision, string? note) =>
        DeskHost.Send(client, "/api/v1/children/101/judgements", Message(ticket, stage, decision, note));

    private static object Message(string ticket, string stage, string decision, string? note) =>
        new { ticket, stage, decision, reason = "school", note, purpose = "assessment" };
}
