using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;

namespace Warehouse.Tests.Model;

/// <summary>What is watched about a model: distance from training, decisions against probabilities, and the comparison of two models.</summary>
public sealed class GovernTests
{
    private static readonly FeatureSpec Days = new("days", "日数", FeatureKind.Number);
    private static readonly FeatureSpec Kind = new("kind", "種類", FeatureKind.Category);

    [Fact]
    public void The_index_of_two_shares_is_their_symmetric_divergence()
    {
        // By hand: (0.2 − 0.4) ln(0.2 / 0.4) + (0.8 − 0.6) ln(0.8 / 0.6).
        FeatureDrift drift = PopulationDrift.Of("x", [0, 400, 600], [0, 200, 800], 1000);

        Assert.Equal((0.2 * Math.Log(2)) + (0.2 * Math.Log(4.0 / 3)), drift.Psi, 12);
        Assert.Equal("watch", drift.Status);
    }

    [Theory]
    [InlineData(1, 10.828, 0.04)]
    [InlineData(5, 20.515, 0.02)]
    [InlineData(10, 29.588, 0.01)]
    [InlineData(30, 59.703, 0.01)]
    public void The_limit_of_chance_is_near_the_tabulated_one(int degrees, double expected, double share) =>
        Assert.InRange(PopulationDrift.ChiSquared999(degrees) / expected, 1 - share, 1 + share);

    [Fact]
    public void Without_change_chance_raises_no_alarm_though_few_children_pass_the_usual_limit()
    {
        Random random = new(3);
        FeatureTable training = Table(random, 5000);
        IReadOnlyList<ReferenceBin> reference = PopulationDrift.Reference(training, Normal(random, 5000));
        int overUsual = 0, alarms = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            foreach (FeatureDrift drift in PopulationDrift.Compare(reference, 5000, Table(random, 90), Normal(random, 90)))
            {
                overUsual += drift.Psi >= PopulationDrift.Watch ? 1 : 0;
                alarms += drift.Status == "stable" ? 0 : 1;
            }
        }

        Assert.InRange(overUsual, 60, 600);
        Assert.InRange(alarms, 0, 6);
    }

    [Fact]
    public void A_source_that_stopped_and_a_population_that_moved_are_told()
    {
        Random random = new(4);
        FeatureTable training = Table(random, 5000);
        IReadOnlyList<ReferenceBin> reference = PopulationDrift.Reference(training, Normal(random, 5000));
        FeatureTable now = new(
        [
            FeatureColumn.Number(Days, [.. Enumerable.Repeat(double.NaN, 1000)]),
            FeatureColumn.Category(Kind, [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0 ? "a" : "unheard of")]),
        ]);

        IReadOnlyList<FeatureDrift> drift = PopulationDrift.Compare(reference, 5000, now, [.. Normal(random, 1000).Select(x => x + 1)]);

        Assert.Equal(["days", "kind", PopulationDrift.Score], drift.Select(d => d.Feature));
        Assert.All(drift, d => Assert.Equal("drift", d.Status));
        Assert.Equal(1, drift[0].MissingNow);
        Assert.InRange(drift[0].MissingBefore, 0.05, 0.15);
    }

    [Fact]
    public void A_reference_holds_every_row_once_whatever_the_values()
    {
        double[] values = [.. Enumerable.Repeat(0.0, 900), .. Enumerable.Range(1, 99).Select(i => (double)i), double.NaN];

        IReadOnlyList<ReferenceBin> bins = PopulationDrift.Reference(new FeatureTable([FeatureColumn.Number(Days, values)]), values);

        Assert.Equal(2000, bins.Sum(bin => bin.Rows));
        Assert.Equal(1, bins.Single(bin => bin.Feature == "days" && bin.Bin == 0).Rows);
        Assert.Equal(900, bins.Single(bin => bin.Feature == "days" && bin.Bin == 1).Rows);
    }

    [Fact]
    public void Right_probabilities_raise_an_alarm_in_about_one_series_in_twenty()
    {
        SplitMix random = new(11);
        int alarms = 0;
        const int Series = 400;
        for (int series = 0; series < Series; series++)
        {
            OutcomeMonth[] months = [.. Enumerable.Range(0, 12).Select(m => Month(m, 8, Draw(8, ref random)))];
            alarms += OutcomeCusum.Run(months, (ulong)series).Any(point => point.IsAlarm) ? 1 : 0;
        }

        // Binomial of 400 and .05 at most; the limits are whole steps, so fewer are possible.
        Assert.InRange(alarms, 3, 36);
    }

    [Fact]
    public void Twice_or_half_as_many_decisions_are_noticed_within_the_year()
    {
        OutcomeMonth[] twice = [.. Enumerable.Range(0, 12).Select(m => Month(m, 8, 16))];
        OutcomeMonth[] half = [.. Enumerable.Range(0, 12).Select(m => Month(m, 8, 4))];

        IReadOnlyList<OutcomePoint> high = OutcomeCusum.Run(twice, 1), low = OutcomeCusum.Run(half, 1);

        Assert.Contains(high, point => point.High > point.HighLimit && point.Low <= point.LowLimit);
        Assert.Contains(low, point => point.Low > point.LowLimit && point.High <= point.HighLimit);
    }

    [Fact]
    public void Months_count_children_until_their_decision_by_the_last_scoring_known_then()
    {
        DateOnly first = new(2024, 4, 1), second = new(2024, 6, 1);
        ScoredChild[] scored =
        [
            new(first, Snapshot.StartOfDayUtc(first), 1, 0.12), new(first, Snapshot.StartOfDayUtc(first), 2, 0.24),
            new(second, Snapshot.StartOfDayUtc(second), 2, 0.6),
            // Made later with later knowledge: it tells nothing about the months before.
            new(first, new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc), 2, 0.99),
        ];
        Cases cases = new([new CaseRow(1, new(2024, 5, 2), "need", new(2024, 5, 20), null), new CaseRow(2, new(2024, 7, 1), "need", null, null)]);

        IReadOnlyList<OutcomeMonth> months = OutcomeMonths.Count(scored, cases, new DateOnly(2024, 8, 15));

        Assert.Equal([(202404, 2, 0), (202405, 2, 1), (202406, 1, 0), (202407, 1, 1)], months.Select(m => (m.MonthKey, m.Children, m.Observed)));
        Assert.Equal([0.03, 0.03, 0.05, 0.05], months.Select(m => Math.Round(m.Expected, 9)));
    }

    [Fact]
    public void The_difference_of_two_areas_has_the_variance_of_the_components()
    {
        Random random = new(9);
        const int N = 120;
        bool[] label = [.. Enumerable.Range(0, N).Select(i => i % 3 == 0)];
        double[] a = [.. label.Select(y => Math.Round((y ? 0.8 : 0) + random.NextDouble(), 2))], b = [.. label.Select(y => Math.Round((y ? 0.3 : 0) + random.NextDouble(), 2))];

        (double difference, Interval interval) = Evaluation.AucDifference(a, b, label, default);

        // All pairs, by the definition: psi is 1, a half for a tie, 0; the variances of its row and column means.
        (double area, double[] v10, double[] v01) = Pairs(a, label);
        (double other, double[] w10, double[] w01) = Pairs(b, label);
        double variance = (Variance([.. v10.Zip(w10, (x, y) => x - y)]) / v10.Length) + (Variance([.. v01.Zip(w01, (x, y) => x - y)]) / v01.Length);
        Assert.Equal(area - other, difference, 12);
        Assert.Equal(1.959963984540054 * Math.Sqrt(variance), (interval.High - interval.Low) / 2, 9);
    }

    [Fact]
    public void A_score_beside_itself_differs_by_nothing()
    {
        bool[] label = [true, false, true, false, false];
        double[] score = [0.9, 0.1, 0.4, 0.5, 0.2];

        Assert.Equal((0, new Interval(0, 0)), Evaluation.AucDifference(score, score, label, default));
    }

    private static OutcomeMonth Month(int m, double expected, int observed) => new(202401 + m, 1000, expected, observed);

    private static int Draw(double mean, ref SplitMix random)
    {
        // As a sum of many rare events, another way than the one under test.
        int count = 0;
        for (int i = 0; i < 1000; i++)
        {
            count += random.Next(1_000_000) < mean * 1000 ? 1 : 0;
        }

        return count;
    }

    private static FeatureTable Table(Random random, int rows) => new(
    [
        FeatureColumn.Number(Days, [.. Enumerable.Range(0, rows).Select(_ => random.Next(10) == 0 ? double.NaN : random.Next(3) > 0 ? 0 : random.Next(40))]),
        FeatureColumn.Category(Kind, [.. Enumerable.Range(0, rows).Select(_ => random.Next(20) == 0 ? null : "abcdefgh"[random.Next(8)].ToString())]),
    ]);

    private static double[] Normal(Random random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];

    private static (double Area, double[] Positive, double[] Negative) Pairs(double[] score, bool[] label)
    {
        double[] positive = [.. score.Where((_, i) => label[i])], negative = [.. score.Where((_, i) => !label[i])];
        static double Psi(double x, double y) => x > y ? 1 : x == y ? 0.5 : 0;
        return (positive.Average(x => negative.Average(y => Psi(x, y))), [.. positive.Select(x => negative.Average(y => Psi(x, y)))], [.. negative.Select(y => positive.Average(x => Psi(x, y)))]);
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }
}
