using System.Text.RegularExpressions;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Reporting.Host.ModelCards;

namespace Warehouse.Tests.Reporting;

/// <summary>The card of a model says what is on record, in both languages, and nothing about few children.</summary>
public sealed partial class ModelCardTests
{
    private static readonly DateTime At = new(2025, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_says_purpose_marks_performance_groups_terms_drift_outcomes_and_limits(bool isEnglish)
    {
        string page = Page(Card(), isEnglish);

        foreach ((string japanese, string english) in new[]
        {
            ("決めるのは人です", "People decide"), ("合格基準", "Pass marks"), ("0.781（0.750〜0.812）", "0.781 (0.750 to 0.812)"), ("ひとり親世帯", "single parent"),
            ("直近6か月の欠席が10日以上", "absent days 6m ≥ 10"), ("変化あり", ">drift<"), ("累積のずれは限界の内です", "within their limits"), ("限界", "Limits"), ("アルゴリズム登録票", "Register entry"),
        })
        {
            Assert.Contains(isEnglish ? english : japanese, page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(Outside(), page);
    }

    [Fact]
    public void The_english_page_has_no_japanese_but_the_names_of_departments()
    {
        string page = Page(Card(), isEnglish: true).Replace("学校", "", StringComparison.Ordinal);

        Assert.DoesNotMatch(Japanese(), page);
    }

    [Fact]
    public void Nothing_is_shown_about_fewer_than_ten_children()
    {
        ModelCard card = Card();
        ModelTerm rare = card.Document.Terms[0] with { Covered = 4321, Positives = 7, Rate = 0.00162 };
        ModelCard few = card with
        {
            Document = card.Document with { Terms = [rare] },
            Metrics = [.. card.Metrics.Where(m => m.MetricCode != "group_miss_share"), new MetricLine("group_miss_share", "sex:male", 0.8765, 0.5, 0.99, 400, 9), .. card.Metrics.Where(m => m.GroupCode == "sex:female")],
            Outcomes = [.. card.Outcomes.Select((row, i) => row with { ObservedCount = i == 0 ? 3 : 0 })],
        };

        string page = Page(few, isEnglish: false);

        Assert.DoesNotContain("4,321", page, StringComparison.Ordinal);
        Assert.DoesNotContain("0.2%", page, StringComparison.Ordinal);
        Assert.DoesNotContain("88%", page, StringComparison.Ordinal);
        Assert.Contains("10 未満", page, StringComparison.Ordinal);
        Assert.Contains(">X<", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_says_what_is_lost_without_a_department_the_greatest_loss_first_and_nothing_of_few(bool isEnglish)
    {
        static AblationRow Row(string department, string metric, double loss, double low, double high) => new(department, metric, 3, 2, 0.8, 0.8 - loss, low, high, 8000, 120);
        ModelCard card = Card() with
        {
            Ablations = [Row("健康課", AblationMetrics.Auc, 0.0123, -0.01, 0.03), Row("学校", AblationMetrics.Auc, 0.0456, 0.02, 0.07), Row("学校", AblationMetrics.Recall, 0.1, 0.05, 0.15)],
        };

        string page = Page(card, isEnglish);

        Assert.Contains(isEnglish ? "+0.046 (+0.020 to +0.070)" : "+0.046（+0.020〜+0.070）", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.True(page.IndexOf("<td lang=\"ja\">学校", StringComparison.Ordinal) < page.IndexOf("<td lang=\"ja\">健康課", StringComparison.Ordinal));
        Assert.Contains(isEnglish ? "Not measured in this run" : "測っていません", Page(Card(), isEnglish), StringComparison.Ordinal);
        string few = Page(card with { Ablations = [.. card.Ablations.Select(row => row with { PositiveCount = 9 })] }, isEnglish);
        Assert.DoesNotContain("0.046", few, StringComparison.Ordinal);
    }

    [Fact]
    public void With_few_decisions_no_performance_is_shown()
    {
        ModelCard card = Card();

        string page = Page(card with { Metrics = [.. card.Metrics.Select(m => m with { PositiveCount = 9 })] }, isEnglish: false);

        Assert.DoesNotContain("0.781", page, StringComparison.Ordinal);
        Assert.Contains("成績は示せません", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_register_entry_asks_for_what_only_the_municipality_can_say()
    {
        IReadOnlyList<RegisterField> empty = RegisterEntry.Of(Card(), new RegisterSection(), isEnglish: true);
        IReadOnlyList<RegisterField> filled = RegisterEntry.Of(Card(), new RegisterSection { Organisation = "架空市", Appeals = "窓口 <b>1</b>" }, isEnglish: false);

        Assert.Equal(["Website", "Contact", "Organisation", "Team", "Senior responsible owner", "External suppliers", "Legal basis", "Previous process", "Required training", "Appeals and review", "Impact assessments"],
            empty.Where(field => field.IsOpen).Select(field => field.Field));
        Assert.All(empty.Where(field => !field.IsOpen), field => Assert.NotEmpty(field.Value));
        Assert.Equal("架空市", filled.Single(field => field.Field == "組織").Value);
        using StringWriter writer = new();
        ModelCardPage.Write(Card(), new RegisterSection { Appeals = "窓口 <b>1</b>" }, isEnglish: false, mark: null, writer);
        Assert.Contains("窓口 &lt;b&gt;1&lt;/b&gt;", writer.ToString(), StringComparison.Ordinal);
    }

    private static string Page(ModelCard card, bool isEnglish)
    {
        using StringWriter writer = new();
        ModelCardPage.Write(card, new RegisterSection(), isEnglish, mark: null, writer);
        return writer.ToString();
    }

    private static ModelCard Card()
    {
        FeatureSpec days = new("absent_days_6m", "直近6か月の欠席", FeatureKind.Number) { Unit = "日", Department = "学校" };
        Item item = new() { Id = 0, Feature = "absent_days_6m", Test = ItemTest.AtLeast, Cut = 10, Text = "直近6か月の欠席が10日以上", NegatedText = "直近6か月の欠席が10日未満", Department = "学校" };
        ModelTerm term = new()
        {
            Items = [0],
            Text = item.Text,
            Departments = ["学校"],
            Weight = 0.8,
            Covered = 2000,
            Positives = 80,
            Rate = 0.04,
            RateInterval = new Interval(0.03, 0.05),
            LogP = -40,
            IsVerified = true,
            Stability = 1,
        };
        ModelDocument document = new()
        {
            Features = [days],
            Items = [item],
            Terms = [term],
            Bias = -4,
            CalibrationSlope = 1,
            CalibrationIntercept = 0,
            MinCoverage = 0,
            Penalty = 0.01,
            RowCount = 40_000,
            PositiveCount = 500,
            LogThreshold = -13,
            Seed = 1,
            FeatureHash = new string('f', 64),
            DataHash = new string('d', 64),
        };
        MetricLine All(string code, double value, double? low = null, double? high = null) => new(code, "all", value, low, high, 8000, 120);
        return new ModelCard(
            new ModelRunRow(7, "succeeded", 1, "accepted", At, At.AddMinutes(1), At, 1, 40_000, 500, 1, 1, 0.781, 0.75, 0.812, new string('f', 64), new string('d', 64), new string('a', 64), null),
            document,
            [new MarkRow(MarkCodes.AucHigh, "at_least", 0.6, At, 0.781, "passed", "held-out time"), new MarkRow(MarkCodes.Champion, "at_least", -0.02, At, null, "not_measured", "no model is in use")],
            [
                All("temporal_auc", 0.781, 0.75, 0.812), All("temporal_ece", 0.004), All("temporal_precision_at_100", 0.12, 0.07, 0.2), All("temporal_recall_at_100", 0.1, 0.06, 0.17),
                .. Enumerable.Range(1, 19).Select(i => new MetricLine("roc", $"false_alarms_{i * 5:00}", Math.Min(1, 0.1 + (i * 0.06)), 0, 1, 8000, 120)),
                .. Enumerable.Range(1, 10).Select(i => new MetricLine("reliability", $"bin_{i:00}", i * 0.005, i * 0.004, i * 0.006, 800, 4 * i)),
                new MetricLine("group_miss_share", "household:single_parent", 0.7, 0.6, 0.8, 900, 60), new MetricLine("group_miss_share", "sex:female", 0.75, 0.6, 0.85, 4000, 60),
            ],
            [new DriftRow(new DateOnly(2025, 4, 1), At, "absent_days_6m", 0.4, 0.02, 0.1, 0.6, 5000, "drift"), new DriftRow(new DateOnly(2025, 4, 1), At, PopulationDrift.Score, 0.05, 0.02, 0, 0, 5000, "stable")],
            [.. Enumerable.Range(0, 6).Select(i => new OutcomeRow(202504 + i, 5000, 9.5, 10, 0.5, 0, 20, 15))]);
    }

    [GeneratedRegex(@"(src|href)=|url\(|https?://")]
    private static partial Regex Outside();

    [GeneratedRegex(@"[\u3041-\u30ff\u4e00-\u9fff]")]
    private static partial Regex Japanese();
}
