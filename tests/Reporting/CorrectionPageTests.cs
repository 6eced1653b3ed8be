using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Warehouse.Etl;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>A department corrects its own rows on pages: one by one, or by the report; nobody else sees them.</summary>
public sealed class CorrectionPageTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret for tests only");

    [Fact]
    public async Task A_row_is_corrected_on_its_page_and_only_when_it_is_right()
    {
        using TinyInbox inbox = CorrectionTests.Dirty();
        await using DeskHost host = await Host(inbox);
        using HttpClient client = await host.SignedIn("school");
        string list = await DeskHost.Text(client, "/corrections");
        string rows = await DeskHost.Text(client, "/corrections/school");
        string row = Regex.Match(rows, "/corrections/school/rows/K[0-9a-f]+-3").Value;
        string page = await DeskHost.Text(client, row);
        Dictionary<string, string> cells = Enumerable.Range(0, 13).ToDictionary(i => "cell" + i, i => WebUtility.HtmlDecode(Regex.Match(page, $"name=\"cell{i}\" value=\"([^\"]*)\"").Groups[1].Value), StringComparer.Ordinal);

        using HttpResponseMessage wrong = await DeskHost.Post(client, row, row, new(cells) { ["cell7"] = "H25.2.31" });
        using HttpResponseMessage right = await DeskHost.Post(client, row, row, new(cells) { ["cell7"] = "H25.2.28" });
        string after = await DeskHost.Text(client, "/corrections/school");
        using HttpResponseMessage gone = await client.GetAsync(row);

        Assert.Matches("学齢簿(\\s|<[^>]*>)*3(\\s|<[^>]*>)*0(\\s|<[^>]*>)*3", list);
        Assert.Contains("「生年月日」が実在しない日付です。", rows, StringComparison.Ordinal);
        Assert.Equal(("架空　十", "H25.2.30"), (cells["cell5"], cells["cell7"]));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("まだ決まりに合わない行 1", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("/corrections/school", right.Headers.Location!.ToString());
        Assert.Contains("2 行（先頭から 2 行）", after, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(1, host.Count("stg.correction", "original_line_number = 3"));
        Assert.Equal(1, host.Count("stg.school", "load_id = (SELECT MAX(load_id) FROM stg.correction)"));
        Assert.Empty(Checks.Run(host.Fixture.Databases).Findings);
        Assert.True(host.Count("audit.access_log", "staff_id = 'school' AND action_code = 'corrections_import' AND outcome_code = 'allowed'") >= 2);
    }

    [Fact]
    public async Task A_report_is_taken_from_the_page_and_handed_in_there()
    {
        using TinyInbox inbox = CorrectionTests.Dirty();
        await using DeskHost host = await Host(inbox);
        using HttpClient client = await host.SignedIn("school");
        byte[] report = await client.GetByteArrayAsync(new Uri("/corrections/school/report", UriKind.Relative));
        Encoding cp932 = Encoding.GetEncoding(932);
        string text = cp932.GetString(report);

        using HttpResponseMessage handed = await Upload(client, cp932.GetBytes(text.Replace("H25.2.30", "H25.2.28", StringComparison.Ordinal)));
        string answer = await handed.Content.ReadAsStringAsync();
        using HttpResponseMessage again = await Upload(client, cp932.GetBytes(text.Replace("H25.2.30", "H25.2.28", StringComparison.Ordinal)));
        using HttpResponseMessage nonsense = await Upload(client, "a,b\r\n1,2\r\n"u8.ToArray());
        using HttpResponseMessage nothing = await Upload(client, []);

        Assert.Contains("訂正して取り込んだ行 1、前に訂正済みの行 0、まだ決まりに合わない行 2", answer, StringComparison.Ordinal);
        Assert.Contains("訂正して取り込んだ行 0、前に訂正済みの行 1", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
        Assert.Equal(1, host.Count("stg.correction", "1 = 1"));
    }

    [Fact]
    public async Task Rows_are_for_the_department_that_sent_them()
    {
        using TinyInbox inbox = CorrectionTests.Dirty();
        await using DeskHost host = await Host(inbox);
        using HttpClient school = await host.SignedIn("school");
        using HttpClient resident = await host.SignedIn("resident");
        string row = Regex.Match(await DeskHost.Text(school, "/corrections/school"), "/corrections/school/rows/K[0-9a-f]+-3").Value;
        byte[] report = await school.GetByteArrayAsync(new Uri("/corrections/school/report", UriKind.Relative));

        foreach (string path in new[] { "/corrections/school", "/corrections/school/report", row })
        {
            using HttpResponseMessage refused = await resident.GetAsync(path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using HttpResponseMessage posted = await resident.PostAsync(row, new FormUrlEncodedContent(DeskHost.Hidden(await DeskHost.Text(resident, "/corrections"), "/sign-out")));
        using HttpResponseMessage handed = await Upload(resident, report);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (posted.StatusCode, handed.StatusCode));
        Assert.DoesNotContain("学齢簿", await DeskHost.Text(resident, "/corrections"), StringComparison.Ordinal);
        Assert.Equal(5, host.Count("audit.access_log", "staff_id = 'resident' AND outcome_code = 'refused' AND action_code LIKE 'corrections%'"));
        foreach (string staffId in new[] { "steward", "caseworker", "linkage", "administrator", "analyst", "policymaker", "auditor" })
        {
            using HttpClient client = await host.SignedIn(staffId);
            using HttpResponseMessage refused = await client.GetAsync("/corrections/school");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Equal(1, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal'"));
        }

        Assert.Equal(0, host.Count("stg.correction", "1 = 1"));
    }

    internal static Task<DeskHost> Host(TinyInbox inbox) => DeskHost.Start(
        fixture => Assert.DoesNotContain(new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = Secret, Backfill = true }).Files, file => file.Status == "failed"),
        parts => parts with { Corrections = () => new LoadOptions { Inbox = "", Secret = Secret } },
        isEmpty: true);

    private static async Task<HttpResponseMessage> Upload(HttpClient client, byte[] bytes)
    {
        using MultipartFormDataContent form = new();
        foreach ((string name, string value) in DeskHost.Hidden(await DeskHost.Text(client, "/corrections"), "/corrections"))
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(bytes), "report", "../../etc/報告.csv");
        return await client.PostAsync("/corrections", form);
    }
}
