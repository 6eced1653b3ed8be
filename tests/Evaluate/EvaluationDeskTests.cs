using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Evaluation;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Evaluate;

/// <summary>The way of an evaluation from its plan to its readers, over judgements that can be counted by hand.</summary>
public sealed class EvaluationDeskTests : IAsyncDisposable
{
    private static readonly EvaluationPlan Plan = EvaluationPlan.Default(2024);
    private static readonly DateOnly LastDay = new(2025, 9, 30);
    private static readonly DateTime Known = new(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly StaffMember Second = new("second", "統括 次子", Roles.Steward, "");

    private readonly WarehouseFixture _fixture = WarehouseFixture.Create();
    private readonly ManualTime _clock = new(new DateTimeOffset(2025, 10, 10, 1, 0, 0, TimeSpan.Zero));
    private readonly AuditTrail _audit;
    private readonly EvaluationDesk _desk;

    public EvaluationDeskTests()
    {
        SampleJudgements.WriteScoring(_fixture);
        _audit = new AuditTrail(_fixture.Databases, _clock);
        _desk = new EvaluationDesk(_fixture.Databases, _audit, DisclosureProfile.JpNdb, _clock);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        _fixture.Dispose();
    }

    [Fact]
    public async Task Figures_are_those_that_can_be_counted_by_hand()
    {
        SampleJudgements.WriteJudgements(_fixture);

        (_, EvaluationDocument document) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, "架空データ", Stop);

        int[] children = [.. Enumerable.Range(1, 120), .. SampleJudgements.Drawn.Select(one => one.Child)];
        int same = children.Count(child => SampleJudgements.First(child) == SampleJudgements.Final(child));
        int needed = Enumerable.Range(1, 120).Count(child => SampleJudgements.Final(child) == 2);
        Assert.Equal((same / 200.0, 200L), Figure(document, "same"));
        // Drawn children change their side, 11 of them; 12 listed ones follow the analysis.
        int moved = SampleJudgements.Drawn.Count(one => one.Child % 7 == 0);
        Assert.Equal(200, same + 12 + moved);
        Assert.Equal((needed / 120.0, 120L), Figure(document, "listed"));
        Assert.Equal(52, needed);
        // 10 of 40 in each district of 540: 40 / (40 + 270).
        Assert.Equal(40 / 310.0, Figure(document, "recall").Value!.Value, 12);
        Assert.Equal(80, Figure(document, "recall").Count);
        Assert.Equal((39 / 52.0, 52L), Figure(document, "newly_known"));
        // 14 of 27 came 100 days later, the others not within 365.
        Assert.Equal(14 / 27.0, Figure(document, "reached").Value!.Value, 12);
        Assert.Equal(((14 * 100) + (13 * 365)) / 27.0, Figure(document, "gained_days").Value!.Value, 9);
        Assert.Equal(PlanStatus.Unregistered, document.Status);
        Assert.Contains(document.Sections.Single(section => section.Code == "recall").Answer, line => line.ToString().Contains("無作為に選ばれた80人のうち、支援要と判断された20人", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_any_judgement_the_report_says_that_nothing_can_be_said()
    {
        (EvaluationRun run, EvaluationDocument document) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, "架空データ", Stop);

        Assert.Contains("まだ何も言えません", Assert.Single(document.Summary).ToString(), StringComparison.Ordinal);
        Assert.All(document.Sections.SelectMany(section => section.Figures).Where(figure => figure.Code != "effect"), figure => Assert.Equal((FigureVerdict.TooSmall, null), (figure.Verdict, figure.Value)));
        Assert.Equal(document.ToText(), _desk.Document(run).ToText());
        Assert.Equal(EvaluationPlan.Measures, document.Sections.Select(section => section.Code));
    }

    [Fact]
    public async Task A_small_number_is_neither_shown_nor_to_be_worked_out_and_a_bound_is_said_instead()
    {
        SampleJudgements.WriteJudgements(_fixture);
        using (WarehouseSession session = _fixture.Warehouse(SessionRole.Migrator))
        {
            // Of the children drawn 3 are left in need before the analysis.
            session.ExecuteText("UPDATE fact.judgement SET decision_code = 'no_need' WHERE stage_code = 'first' AND child_key > 120 AND child_key NOT IN (204, 208, 804)");
        }

        (_, EvaluationDocument document) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, null, Stop);

        EvaluationSection recall = document.Sections.Single(section => section.Code == "recall");
        EvaluationFigure least = recall.Figures.Single(figure => figure.Code == "recall_at_least");
        Assert.Equal((FigureVerdict.Hidden, null), (recall.Figures[0].Verdict, recall.Figures[0].Value));
        Assert.Contains(recall.Answer, line => line.ToString().Contains("10人以下のため示しません", StringComparison.Ordinal));
        // Ten at most of 80, and the exact interval above them: 40 listed.
        Assert.Equal(Math.Floor(1000 * 40 / (40 + (1080 * Shares.ClopperPearson(10, 80).High))) / 1000, least.Low!.Value, 9);
        Assert.True(least.Low < 40 / (40 + (3 * 13.5)));
        foreach (long hidden in new[] { 3, 77 })
        {
            Assert.DoesNotContain(recall.Answer.Concat(recall.Limits), line => line.Arguments.Contains(hidden.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public async Task A_plan_counts_as_registered_before_its_judgements_only_and_a_changed_one_is_marked()
    {
        await _desk.Register(SampleTown.Steward, Plan, Stop);
        SampleJudgements.WriteJudgements(_fixture);
        EvaluationPlan late = EvaluationPlan.Default(2023) with { Name = "late", To = new DateOnly(2025, 3, 31) }, changed = Plan with { Version = 2, HorizonDays = 180 };
        Assert.Equal(PlanStatus.Registered, _desk.StatusOf(Plan));
        Assert.Equal(PlanStatus.Unregistered, _desk.StatusOf(changed));

        RegisteredPlan known = await _desk.Register(SampleTown.Steward, late, Stop);
        await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, null, Stop);
        _clock.Add(TimeSpan.FromMinutes(1));
        await _desk.Register(SampleTown.Steward, changed, Stop);

        Assert.Equal((400L, PlanStatus.Late), (known.JudgementCount, _desk.StatusOf(late)));
        Assert.Equal(PlanStatus.Changed, _desk.StatusOf(changed));
        Assert.Equal(PlanStatus.Registered, _desk.StatusOf(Plan));
        Assert.Equal(Plan, EvaluationPlan.Read(_desk.Plans()[0].PlanJson));
        await Assert.ThrowsAsync<EvaluationPlanException>(() => _desk.Register(SampleTown.Steward, Plan with { HorizonDays = 90 }, Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Register(SampleTown.Analyst, Plan with { Version = 3 }, Stop));
    }

    [Fact]
    public async Task An_evaluation_is_approved_by_a_second_person_once_for_a_year_and_each_step_is_in_the_log()
    {
        SampleJudgements.WriteJudgements(_fixture);
        await _desk.Register(SampleTown.Steward, Plan, Stop);
        (EvaluationRun own, _) = await _desk.Evaluate(SampleTown.Steward, Plan, LastDay, Known, null, Stop);
        (EvaluationRun again, _) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, null, Stop);
        (EvaluationRun trial, _) = await _desk.Evaluate(SampleTown.Analyst, Plan with { Name = "trial" }, LastDay, Known, null, Stop);
        StaffMember reader = new("policymaker", "政策 二郎", Roles.Policymaker, "");
        Assert.False(EvaluationDesk.CanSee(reader, own));

        await Refused("a second person", () => _desk.Approve(SampleTown.Steward, own.EvaluationId, Stop));
        _clock.Add(TimeSpan.FromDays(-300));
        await Refused("ends on 2025-03-31", () => _desk.Approve(Second, own.EvaluationId, Stop));
        _clock.Add(TimeSpan.FromDays(300));
        await Refused("never registered", () => _desk.Approve(Second, trial.EvaluationId, Stop));
        EvaluationRun approved = await _desk.Approve(Second, own.EvaluationId, Stop);
        await Refused("two about one year", () => _desk.Approve(Second, again.EvaluationId, Stop));
        await Refused("approved already", () => _desk.Approve(Second, own.EvaluationId, Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Take(reader, again, Stop));

        Assert.True(EvaluationDesk.CanSee(reader, approved));
        Assert.Equal(own.DocumentSha256, EvaluationDocument.Hash((await _desk.Take(reader, approved, Stop)).ToText()));
        using WarehouseSession session = _fixture.Warehouse(SessionRole.Migrator);
        Assert.Equal(6, session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) FROM audit.access_log AS l WHERE l.outcome_code = 'refused' AND l.action_code LIKE 'evaluation-%'"));
        Assert.True(AuditTrail.Verify(_fixture.Databases).IsIntact);
    }

    [Fact]
    public async Task A_document_that_was_changed_is_not_shown()
    {
        (EvaluationRun run, _) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, null, Stop);
        using (WarehouseSession session = _fixture.Warehouse(SessionRole.Migrator))
        {
            session.ExecuteText("UPDATE meta.evaluation_part SET document_json = REPLACE(document_json, 'recall', 'luck') WHERE part_number = 1");
        }

        Assert.Contains("changed after it was made", Assert.Throws<WarehouseException>(() => _desk.Document(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_is_drawn_with_its_marks_and_its_draft_says_so()
    {
        SampleJudgements.WriteJudgements(_fixture);
        (EvaluationRun run, EvaluationDocument document) = await _desk.Evaluate(SampleTown.Analyst, Plan, LastDay, Known, "架空データ", Stop);
        EvaluationFiles files = new(PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));

        byte[] pdf = files.Make(run, document, "evaluation.pdf", Stop)!;

        // Where pictures of pages are asked for, the report is wanted too.
        if (Environment.GetEnvironmentVariable("WAREHOUSE_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, "evaluation.pdf"), pdf, Stop);
        }

        using UglyToad.PdfPig.PdfDocument read = UglyToad.PdfPig.PdfDocument.Open(pdf);
        string text = string.Concat(read.GetPages().Select(page => page.Text)).Replace(" ", "", StringComparison.Ordinal);
        foreach (string part in new[] { "分析結果は役に立っているか", "承認前の案", "架空データ", "一覧が見つけている割合（再現率）", "登録された計画によらない試行です", "この規模で言えること・言えないこと" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.InRange(read.NumberOfPages, 2, 4);
        Assert.Null(files.Make(run, document, "other.txt", Stop));
    }

    private static (double? Value, long? Count) Figure(EvaluationDocument document, string code)
    {
        EvaluationFigure figure = document.Sections.SelectMany(section => section.Figures).Single(figure => figure.Code == code);
        return (figure.Value, figure.Count);
    }

    private static async Task Refused(string part, Func<Task> act) => Assert.Contains(part, (await Assert.ThrowsAsync<ReleaseStepException>(act)).Message, StringComparison.Ordinal);
}
