using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Warehouse.Reporting.Evaluation;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Evaluate;

/// <summary>The page of evaluations: readers see what was approved, and nothing of it is left untranslated.</summary>
public sealed partial class EvaluationPageTests
{
    private static readonly EvaluationPlan Plan = EvaluationPlan.Default(2024);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_sees_an_evaluation_from_its_approval_on_and_takes_its_files()
    {
        await using DeskHost host = await Start();
        EvaluationDesk desk = host.Services.GetRequiredService<EvaluationDesk>();
        (EvaluationRun run, _) = await desk.Evaluate(SampleTown.Analyst, Plan, new DateOnly(2025, 9, 30), new DateTime(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc), "架空データ", Stop);
        using HttpClient reader = await host.SignedIn("policymaker"), steward = await host.SignedIn("steward");

        Assert.Contains("公表された評価はまだありません", await DeskHost.Text(reader, "/evaluation"), StringComparison.Ordinal);
        foreach (string path in new[] { "/evaluation?run=1", "/evaluation/1/evaluation.pdf", "/evaluation/1/evaluation.json" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(path, Stop)).StatusCode);
        }

        Assert.Contains("承認前の評価です", await DeskHost.Text(steward, "/evaluation"), StringComparison.Ordinal);
        using HttpResponseMessage approved = await DeskHost.Post(steward, "/evaluation?run=1", "/evaluation/1/approve", []);
        Assert.Equal("/evaluation?run=1", approved.Headers.Location!.OriginalString);

        string page = await DeskHost.Text(reader, "/evaluation");
        foreach (string part in new[] { "架空データ", "計画は、対象となる判断が行われる前に登録されました", "一覧が見つけている割合（再現率）【主な問い】", "無作為に選ばれた80人のうち、支援要と判断された20人", "12.9%" })
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("承認する", page, StringComparison.Ordinal);
        Assert.Equal("%PDF"u8.ToArray(), (await reader.GetByteArrayAsync("/evaluation/1/evaluation.pdf", Stop))[..4]);
        Assert.Equal(run.DocumentSha256, EvaluationDocument.Hash(await reader.GetStringAsync("/evaluation/1/evaluation.json", Stop)));
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync("/evaluation/1/other.txt", Stop)).StatusCode);
        Assert.Equal(2, host.Count("audit.access_log", "action_code = 'evaluation-file' AND staff_id = 'policymaker' AND outcome_code = 'allowed'"));
    }

    [Fact]
    public async Task Whoever_ran_it_reads_why_another_person_has_to_approve()
    {
        await using DeskHost host = await Start();
        await host.Services.GetRequiredService<EvaluationDesk>().Evaluate(SampleTown.Steward, Plan, new DateOnly(2025, 9, 30), new DateTime(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc), null, Stop);
        using HttpClient steward = await host.SignedIn("steward");

        using HttpResponseMessage refused = await DeskHost.Post(steward, "/evaluation", "/evaluation/1/approve", []);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("評価を実行した人は承認できません", WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync(Stop)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_page_is_in_English_for_whoever_asks()
    {
        await using DeskHost host = await Start();
        await host.Services.GetRequiredService<EvaluationDesk>().Evaluate(SampleTown.Analyst, Plan, new DateOnly(2025, 9, 30), new DateTime(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc), null, Stop);
        using HttpClient analyst = await host.SignedIn("analyst");
        await analyst.GetStringAsync("/evaluation?lang=en", Stop);

        string page = await DeskHost.Text(analyst, "/evaluation");

        Assert.Contains("Recall: how much of the need the list finds (main question)", page, StringComparison.Ordinal);
        string left = string.Concat(Japanese().Matches(page.Replace("日本語", "", StringComparison.Ordinal).Replace("分析 一郎", "", StringComparison.Ordinal)).Select(match => match.Value + " "));
        Assert.True(left.Length == 0, left);
    }

    [Fact]
    public async Task In_a_browser_nothing_of_the_page_hangs_over_the_edge_at_once_and_at_twice_the_size()
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await Start();
        await host.Services.GetRequiredService<EvaluationDesk>().Evaluate(SampleTown.Analyst, Plan, new DateOnly(2025, 9, 30), new DateTime(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc), "架空データ", Stop);
        foreach (int width in new[] { 1366, 683 })
        {
            await using Browser browser = await Browser.Start(width: width);
            await browser.Open(new Uri(host.Address, "/sign-in"));
            await browser.Type("input[name=staff_id]", "analyst");
            await browser.Type("input[name=password]", "analyst");
            await browser.Click("form[action='/sign-in'] button");
            await browser.Open(new Uri(host.Address, "/evaluation"));

            Assert.Equal(8, (await browser.Evaluate("document.querySelectorAll('main section table').length")).GetValue<int>());
            Assert.True((await browser.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).GetValue<int>() <= 0);
            Assert.True((await browser.Evaluate("[...document.querySelectorAll('figure svg text, figure svg rect')].every(e => { const b = e.getBBox(); return b.x >= -1 && b.x + b.width <= 721; })")).GetValue<bool>());
            await browser.Picture("evaluation-" + width.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    // The plan is registered before its judgements are written.
    private static async Task<DeskHost> Start()
    {
        DeskHost host = await DeskHost.Start(isEmpty: true);
        SampleJudgements.WriteScoring(host.Fixture);
        await host.Services.GetRequiredService<EvaluationDesk>().Register(SampleTown.Steward, Plan, Stop);
        SampleJudgements.WriteJudgements(host.Fixture);
        return host;
    }

    [GeneratedRegex("[ぁ-んァ-ヶ一-龠]+")]
    private static partial Regex Japanese();
}
