using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The interface for programs: the same rights, log and blind-first rule as the pages, described by OpenAPI, refusals as problems in both languages.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Every_route_of_the_interface_is_described_and_no_page_is()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("policymaker");

        JsonElement document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        string[] mapped = [.. host.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => method.ToLowerInvariant() + " " + route.RoutePattern.RawText!.Replace(":long", "", StringComparison.Ordinal).Replace(":int", "", StringComparison.Ordinal).TrimEnd('/')))];
        string[] described = [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => method.Name + " " + path.Name.TrimEnd('/')))];
        Assert.True(mapped.Length > 30, $"{mapped.Length} routes");
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.All(described, line => Assert.Contains(" /api/v1/", line, StringComparison.Ordinal));
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty method in path.Value.EnumerateObject())
            {
                Assert.True(method.Value.TryGetProperty("summary", out _), path.Name);
                JsonElement responses = method.Value.GetProperty("responses");
                Assert.True(responses.TryGetProperty("403", out JsonElement refused) && refused.GetProperty("content").TryGetProperty("application/problem+json", out _), path.Name);
                Assert.Contains(responses.EnumerateObject(), response => response.Name[0] == '2');
                bool hasToken = method.Value.TryGetProperty("parameters", out JsonElement parameters) && parameters.EnumerateArray().Any(one => one.GetProperty("name").GetString() == "X-Warehouse-Token");
                Assert.Equal(method.Name != "get", hasToken);
            }
        }

        Assert.Equal("warehouse", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("session").GetProperty("name").GetString());
        Assert.All(new[] { "/api/jobs", "/api/statistics", "/api/audit/verify" }, old => Assert.DoesNotContain(host.Routes, route => route.RoutePattern.RawText == old));
    }

    [Fact]
    public async Task A_program_goes_the_whole_way_of_a_caseworker_and_sees_the_analysis_after_the_first_judgement_only()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        JsonElement list = await Get(client, "/api/v1/worklist");
        JsonElement blind = await Get(client, "/api/v1/children/101?purpose=assessment");
        using HttpResponseMessage early = await client.GetAsync("/api/v1/children/101/briefs?purpose=conference");
        using HttpResponseMessage tooEarly = await DeskHost.Send(client, "/api/v1/children/101/briefs", new { recipient = "会議" });

        Assert.Equal(JsonValueKind.Null, list.GetProperty("children")[0].GetProperty("bandCode").ValueKind);
        Assert.Equal(JsonValueKind.Null, blind.GetProperty("analysis").ValueKind);
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (early.StatusCode, tooEarly.StatusCode));
        Assert.DoesNotContain("欠席が月15日以上", blind.GetRawText(), StringComparison.Ordinal);

        await Sent(client, "/api/v1/children/101/judgements", new { ticket = Ticket(blind), stage = "first", decision = "need", reason = "school", note = "欠席が続く", purpose = "assessment" });
        JsonElement shown = await Get(client, "/api/v1/children/101?purpose=assessment");
        await Sent(client, "/api/v1/children/101/judgements", new { ticket = Ticket(shown), stage = "final", decision = "need", reason = "school", purpose = "assessment" });
        Assert.Equal("A", shown.GetProperty("analysis").GetProperty("bandCode").GetString());
        Assert.Equal(120, shown.GetProperty("analysis").GetProperty("similar").GetProperty("count").GetInt32());
        Assert.Equal("A", (await Get(client, "/api/v1/worklist")).GetProperty("children")[0].GetProperty("bandCode").GetString());

        string contacts = "/api/v1/children/101/contacts";
        await Sent(client, contacts, new { ticket = Ticket(await Get(client, contacts + "?purpose=support")), @event = "plan", detail = "visit", due = "2025-04-20", note = "午後に", purpose = "support" });
        JsonElement contact = Assert.Single((await Get(client, contacts + "?purpose=support")).GetProperty("contacts").EnumerateArray());
        Assert.Equal(("visit", "2025-04-20", "午後に"), (contact.GetProperty("detailCode").GetString(), contact.GetProperty("dueDate").GetString(), contact.GetProperty("note").GetString()));

        JsonElement made = await Sent(client, "/api/v1/children/101/briefs", new { recipient = "個別ケース検討会議" });
        byte[] pdf = await client.GetByteArrayAsync(new Uri(made.GetProperty("location").GetString()!, UriKind.Relative));
        Assert.Equal("%PDF", Encoding.ASCII.GetString(pdf[..4]));
        Assert.Equal(made.GetProperty("briefId").GetString(), (await Get(client, "/api/v1/children/101/briefs?purpose=conference"))[0].GetProperty("briefId").GetString());

        JsonElement meetings = await Get(client, "/api/v1/conferences");
        JsonElement called = await Sent(client, "/api/v1/conferences", new { ticket = Ticket(meetings), title = "個別ケース検討会議", held = "2025-04-10", starts = "13:30", place = "" });
        string path = called.GetProperty("location").GetString()!;
        await Sent(client, path + "/members", new { ticket = Ticket(await Get(client, path)), agency = "健康課", name = "", duty = "chair" });
        await Sent(client, path + "/children", new { childKey = "101" });
        await Sent(client, path + "/children/101/decisions", new
        {
            ticket = Ticket(await Get(client, path)),
            decision = "support",
            lead = "家庭児童相談室",
            review = "2025-07-01",
            text = "訪問で様子を見る",
            tasks = new[] { new { support = "home_visit", agency = "健康課", text = "家庭訪問", due = "2025-04-20" } },
        });
        await Sent(client, path + "/minutes", new { ticket = Ticket(await Get(client, path)), childKey = "101", text = "学校から報告" });
        await Sent(client, path + "/briefs", new { });
        await host.Services.GetRequiredService<ConferenceBatches>().Ended(called.GetProperty("id").GetString()!);
        JsonElement batch = await Get(client, path + "/briefs");
        JsonElement view = await Get(client, path);
        using ZipArchive zip = new(new MemoryStream(await client.GetByteArrayAsync(new Uri(path + "/copies.zip", UriKind.Relative))));
        JsonElement returned = await Sent(client, path + "/returns", new { briefIds = new[] { view.GetProperty("copies")[0].GetProperty("briefId").GetString() } });
        await Sent(client, path + "/close", new { });
        using HttpResponseMessage late = await DeskHost.Send(client, path + "/minutes", new { ticket = Ticket(view), text = "x" });

        Assert.Equal((1, 1, false), (batch.GetProperty("done").GetInt32(), batch.GetProperty("copies").GetInt32(), batch.GetProperty("isRunning").GetBoolean()));
        Assert.Equal("見本 児童101", view.GetProperty("children")[0].GetProperty("name").GetString());
        Assert.Equal("訪問で様子を見る", view.GetProperty("decisions")[0].GetProperty("decisionText").GetString());
        Assert.Equal("家庭訪問", view.GetProperty("decisions")[0].GetProperty("tasks")[0].GetProperty("taskText").GetString());
        Assert.Equal("101", view.GetProperty("minutes")[0].GetProperty("childKey").GetString());
        Assert.Single(zip.Entries);
        Assert.Equal(1, returned.GetProperty("returned").GetInt32());
        Assert.Equal("closed", await Code(late, HttpStatusCode.Conflict));
        Assert.Equal(1, host.Count("fact.contact", "event_code = 'support' AND detail_code = 'home_visit'"));
        Assert.Equal(2, host.Count("fact.judgement", "child_key = 101"));
        Assert.True(AuditTrail.Verify(host.Fixture.Databases).IsIntact);
    }

    [Fact]
    public async Task A_message_sent_twice_is_one_entry_and_one_that_cannot_be_is_a_problem_with_a_code()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        const string Judgements = "/api/v1/children/101/judgements";
        JsonElement child = await Get(client, "/api/v1/children/101?purpose=assessment");
        object message = new { ticket = Ticket(child), stage = "first", decision = "need", reason = "school", note = "メモ", purpose = "assessment" };

        using HttpResponseMessage final = await DeskHost.Send(client, Judgements, new { ticket = Ticket(child), stage = "final", decision = "need", reason = "school", purpose = "assessment" });
        JsonElement one = await Sent(client, Judgements, message);
        JsonElement two = await Sent(client, Judgements, message);
        JsonElement again = await Get(client, "/api/v1/children/101?purpose=assessment");
        using HttpResponseMessage nonsense = await DeskHost.Send(client, Judgements, new { ticket = Ticket(again), stage = "final", decision = "perhaps", reason = "school", purpose = "assessment" });
        using HttpResponseMessage silent = await DeskHost.Send(client, Judgements, new { ticket = Ticket(again), stage = "final", decision = "no_need", reason = "school", purpose = "assessment" });
        using HttpResponseMessage other = await DeskHost.Send(client, Judgements, new { ticket = "x", stage = "first", decision = "need", reason = "school", purpose = "assessment" });
        using HttpResponseMessage unread = await DeskHost.Send(client, Judgements, new[] { 1 });
        using HttpResponseMessage purpose = await DeskHost.Send(client, Judgements, new { ticket = Ticket(again), stage = "final", decision = "need", reason = "school", purpose = "curiosity" });

        Assert.Equal(one.GetProperty("judgementId").GetString(), two.GetProperty("judgementId").GetString());
        Assert.Equal(1, host.Count("fact.judgement", "1 = 1"));
        Assert.Equal("ticket-refused", await Code(final, HttpStatusCode.BadRequest));
        Assert.Equal("invalid", await Code(nonsense, HttpStatusCode.BadRequest));
        Assert.Equal("words-missing", await Code(silent, HttpStatusCode.BadRequest));
        Assert.Equal("ticket-refused", await Code(other, HttpStatusCode.BadRequest));
        Assert.Equal(HttpStatusCode.BadRequest, unread.StatusCode);
        Assert.Equal("application/problem+json", unread.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.Forbidden, purpose.StatusCode);
        Assert.Equal(1, host.Count("audit.access_log", "purpose_code = 'curiosity' AND outcome_code = 'refused'"));
    }

    [Theory]
    [InlineData("ja", "この画面は古くなっています")]
    [InlineData("en-GB", "This page is out of date")]
    public async Task Problems_speak_the_language_of_the_request(string language, string words)
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("caseworker");
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);

        using HttpResponseMessage answer = await DeskHost.Send(client, "/api/v1/children/101/contacts", new { ticket = "x", @event = "support", detail = "food", purpose = "support" });
        using HttpResponseMessage missing = await client.GetAsync("/api/v1/conferences/" + new string('0', 32));

        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Equal("ticket-refused", problem.GetProperty("code").GetString());
        Assert.StartsWith(words, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        JsonElement found = await missing.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(404, found.GetProperty("status").GetInt32());
        Assert.Equal(language == "ja", found.GetProperty("detail").GetString()!.Any(sign => sign > 'ん' || sign is >= 'ぁ' and <= 'ん'));
    }

    [Fact]
    public async Task An_urgent_case_goes_past_the_model_here_too()
    {
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using WarehouseSession session = fixture.Warehouse();
            session.ExecuteText("INSERT INTO fact.consultation VALUES (101, 9, '2025-03-20', 'abuse', 'neighbour', 'b', NULL, 'none', NULL, NULL, 'none', '2025-03-21', '9999-12-31', 1)");
        });
        using HttpClient client = await host.SignedIn("caseworker");
        JsonElement list = await Get(client, "/api/v1/worklist");
        JsonElement child = await Get(client, "/api/v1/children/101?purpose=assessment");
        await Sent(client, "/api/v1/children/101/judgements", new { ticket = Ticket(child), stage = "first", decision = "need", reason = "voice", purpose = "assessment" });
        JsonElement after = await Get(client, "/api/v1/children/101?purpose=assessment");

        Assert.Equal("101", Assert.Single(list.GetProperty("urgent").EnumerateArray()).GetProperty("childKey").GetString());
        Assert.DoesNotContain(list.GetProperty("children").EnumerateArray(), row => row.GetProperty("childKey").GetString() == "101");
        Assert.All([child, after], view => Assert.Equal((true, JsonValueKind.Null), (view.GetProperty("isUrgent").GetBoolean(), view.GetProperty("analysis").ValueKind)));
        Assert.Equal(0, host.Count("audit.access_log", "action_code = 'analysis'"));
    }

    [Fact]
    public async Task A_link_is_decided_once_and_undone_and_weights_are_told_only_where_they_are_asked_for()
    {
        await using DeskHost host = await DeskHost.Start(LinkPageTests.Twins);
        using HttpClient client = await host.SignedIn("linkage");
        JsonElement queue = await Get(client, "/api/v1/links");
        string path = "/api/v1/links/" + queue.GetProperty("records")[0].GetProperty("recordKey").GetString();
        JsonElement blind = await Get(client, path);
        int asked = host.Count("audit.access_log", "action_code = 'link_score'");
        JsonElement scored = await Get(client, path + "?score=true");
        object message = new { ticket = Ticket(blind), decision = "same", otherRecordKey = "1002", reason = "名の字形だけが違う" };
        using HttpResponseMessage silent = await DeskHost.Send(client, path, new { ticket = Ticket(blind), decision = "same", otherRecordKey = "1002", reason = "" });
        JsonElement form = await Sent(client, path, message);
        JsonElement again = await Sent(client, path, message);
        JsonElement sent = await Get(client, form.GetProperty("location").GetString()!);
        JsonElement decisions = await Get(client, "/api/v1/links/decisions");
        await Sent(client, "/api/v1/links/decisions/1/undo", new { ticket = Ticket(decisions), reason = "見直し" });
        using HttpResponseMessage gone = await client.GetAsync(path + "9");

        Assert.Equal((JsonValueKind.Null, 0), (blind.GetProperty("pairs")[0].GetProperty("weightBits").ValueKind, asked));
        Assert.Equal(2.0, scored.GetProperty("pairs").EnumerateArray().Single(one => one.GetProperty("otherRecordKey").GetString() == "1002").GetProperty("weightBits").GetDouble(), 3);
        Assert.Equal("LNK-002", await Code(silent, HttpStatusCode.Conflict));
        Assert.Equal(form.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        Assert.Equal("same", sent.GetProperty("outcomeCode").GetString());
        Assert.Equal(1, decisions.GetProperty("total").GetInt32());
        Assert.Equal(2, (await Get(client, "/api/v1/links/decisions")).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.True(host.Count("audit.access_log", "action_code = 'link_view' AND outcome_code = 'allowed'") >= 6);
    }

    [Fact]
    public async Task A_department_corrects_its_own_rows_and_nobody_else_sees_them()
    {
        using TinyInbox inbox = CorrectionTests.Dirty();
        await using DeskHost host = await CorrectionPageTests.Host(inbox);
        using HttpClient school = await host.SignedIn("school");
        using HttpClient resident = await host.SignedIn("resident");
        JsonElement figures = await Get(school, "/api/v1/corrections");
        JsonElement rows = await Get(school, "/api/v1/corrections/school");
        JsonElement row = rows.GetProperty("rows").EnumerateArray().Single(one => one.GetProperty("line").GetInt32() == 3);
        string path = "/api/v1/corrections/school/rows/" + row.GetProperty("key").GetString();
        string[] cells = [.. row.GetProperty("cells").EnumerateArray().Select(cell => cell.GetString()!)];
        byte[] report = await school.GetByteArrayAsync(new Uri("/api/v1/corrections/school/report", UriKind.Relative));

        foreach (string closed in new[] { "/api/v1/corrections/school", "/api/v1/corrections/school/report" })
        {
            using HttpResponseMessage refused = await resident.GetAsync(closed);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using HttpResponseMessage foreign = await DeskHost.Send(resident, path, new { cells });
        using HttpResponseMessage handed = await Upload(resident, report);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (foreign.StatusCode, handed.StatusCode));
        Assert.Equal(4, host.Count("audit.access_log", "staff_id = 'resident' AND outcome_code = 'refused' AND action_code LIKE 'corrections%'"));

        using HttpResponseMessage few = await DeskHost.Send(school, path, new { cells = cells[1..] });
        cells[7] = "H25.2.28";
        JsonElement corrected = await Sent(school, path, new { cells });
        using HttpResponseMessage twice = await DeskHost.Send(school, path, new { cells });
        using HttpResponseMessage nonsense = await Upload(school, "a,b\r\n1,2\r\n"u8.ToArray());

        Assert.Equal(3, figures.EnumerateArray().Single(one => one.GetProperty("feed").GetString() == "school").GetProperty("rejectedCount").GetInt32());
        Assert.Contains("実在しない日付", row.GetProperty("faults")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("invalid", await Code(few, HttpStatusCode.BadRequest));
        Assert.Equal(1, corrected.GetProperty("corrected").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, twice.StatusCode);
        Assert.Equal("invalid", await Code(nonsense, HttpStatusCode.BadRequest));
        Assert.Equal(1, host.Count("stg.correction", "original_line_number = 3"));
    }

    [Theory]
    [InlineData("steward", "/jobs /audit/anomalies /audit/verify /releases /token")]
    [InlineData("auditor", "/jobs /audit/anomalies /audit/verify /releases /token")]
    [InlineData("caseworker", "/worklist /conferences /token")]
    [InlineData("policymaker", "/releases /token")]
    [InlineData("analyst", "/releases /token")]
    [InlineData("linkage", "/links /links/decisions /token")]
    [InlineData("administrator", "/token")]
    [InlineData("school", "/corrections /token")]
    public async Task Each_role_gets_what_its_pages_give_and_each_refusal_is_a_row_of_the_log(string staffId, string allowed)
    {
        string[] all = ["/token", "/worklist", "/conferences", "/links", "/links/decisions", "/corrections", "/releases", "/jobs", "/audit/anomalies", "/audit/verify"];
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn(staffId);
        foreach (string path in all)
        {
            using HttpResponseMessage answer = await client.GetAsync("/api/v1" + path);
            Assert.True(answer.StatusCode == (allowed.Split(' ').Contains(path) ? HttpStatusCode.OK : HttpStatusCode.Forbidden), $"{staffId} {path}: {answer.StatusCode}");
        }

        Assert.Equal(all.Length - allowed.Split(' ').Length, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal' AND outcome_code = 'refused' AND object_id LIKE 'GET /api/v1/%'"));
        // No route of the interface is for more than one of the policies of its pages.
        Assert.All(host.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)), route => Assert.Single(route.Metadata.OfType<IAuthorizeData>()));
    }

    private static async Task<JsonElement> Get(HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> Sent(HttpClient client, string path, object message)
    {
        using HttpResponseMessage answer = await DeskHost.Send(client, path, message);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer.StatusCode == HttpStatusCode.NoContent ? default : await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<HttpResponseMessage> Upload(HttpClient client, byte[] bytes)
    {
        JsonElement token = await client.GetFromJsonAsync<JsonElement>("/api/v1/token");
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/corrections") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        request.Headers.Add(token.GetProperty("header").GetString()!, token.GetProperty("token").GetString());
        return await client.SendAsync(request);
    }

    private static async Task<string?> Code(HttpResponseMessage answer, HttpStatusCode expected)
    {
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
    }

    private static string? Ticket(JsonElement message) => message.GetProperty("ticket").GetString();
}
