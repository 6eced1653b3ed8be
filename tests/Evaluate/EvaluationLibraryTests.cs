using Warehouse.Reporting.Evaluation;

namespace Warehouse.Tests.Evaluate;

/// <summary>Holds each estimator to closed forms, to figures that can be counted by hand, and to published examples that were computed again.</summary>
public sealed class EvaluationLibraryTests
{
    // Kaplan and Meier's usual example: weeks in remission of the 21 patients given 6-mercaptopurine, Freireich and others (1963), Blood 21, 699-716.
    private static readonly FollowUp[] Remissions =
        [.. new[] { 6, 6, 6, 7, 10, 13, 16, 22, 23 }.Select(week => new FollowUp(week, true)), .. new[] { 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35 }.Select(week => new FollowUp(week, false))];

    [Theory]
    [InlineData(0.975, 1, 12.706204736432095)]
    [InlineData(0.975, 4, 2.7764451051977987)]
    [InlineData(0.025, 4, -2.7764451051977987)]
    [InlineData(0.995, 30, 2.7499956535670305)]
    public void Student_quantiles_are_those_of_the_tables(double probability, double degrees, double expected) =>
        Assert.Equal(expected, Distributions.StudentQuantile(probability, degrees), 8);

    [Fact]
    public void Normal_and_gamma_agree_with_their_closed_forms()
    {
        Assert.Equal(1.959963984540054, Distributions.NormalQuantile(0.975), 9);
        Assert.Equal(-Math.Log(0.025), Distributions.GammaQuantile(0.975, 1), 9);
        // Erlang: P(X ≤ x) = 1 − e^(−x) (1 + x + x²/2).
        Assert.Equal(1 - (Math.Exp(-4) * 13), Distributions.GammaShare(3, 4), 12);
    }

    [Theory]
    [InlineData(81, 263)]
    [InlineData(15, 148)]
    [InlineData(1, 29)]
    public void Clopper_Pearson_leaves_a_fortieth_of_the_binomial_on_each_side(int part, int whole)
    {
        Bounds bounds = Shares.ClopperPearson(part, whole);

        Assert.Equal(0.025, Enumerable.Range(0, part + 1).Sum(k => Binomial(whole, k, bounds.High)), 9);
        Assert.Equal(0.025, Enumerable.Range(part, whole - part + 1).Sum(k => Binomial(whole, k, bounds.Low)), 9);
    }

    [Fact]
    public void Nobody_of_twenty_may_still_be_a_sixth()
    {
        Bounds bounds = Shares.ClopperPearson(0, 20);

        Assert.Equal(0, bounds.Low);
        Assert.Equal(1 - Math.Pow(0.025, 1.0 / 20), bounds.High, 9);
    }

    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3, and 873-890, table II, example (a), method 10.
    [Fact]
    public void Wilson_and_Newcombe_give_the_published_intervals()
    {
        Bounds wilson = Shares.Wilson(81, 263), difference = Shares.Difference(56, 70, 48, 80);

        Assert.Equal((0.2553, 0.3662), (Math.Round(wilson.Low, 4), Math.Round(wilson.High, 4)));
        Assert.Equal((0.0524, 0.3339), (Math.Round(difference.Low, 4), Math.Round(difference.High, 4)));
    }

    [Fact]
    public void A_median_stands_between_order_statistics()
    {
        // Of 20, P(fewer than 6 below) = 0.0207: the 6th and the 15th.
        Estimate median = Shares.Median([.. Enumerable.Range(1, 20).Select(value => (double)value)], 20);

        Assert.Equal((10.5, 6.0, 15.0), (median.Value!.Value, median.Interval!.Value.Low, median.Interval.Value.High));
        Assert.True(Shares.Median([1, 2, 3], 1).IsTooSmall);
    }

    // Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd edition, section 13.1: 100 diagnoses.
    [Fact]
    public void Kappa_and_its_error_are_those_of_Fleiss()
    {
        (double kappa, double error) = Agreement.Kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])!.Value;

        Assert.Equal(0.676, kappa, 3);
        Assert.Equal(0.088, error, 3);
    }

    [Fact]
    public void Agreement_says_nothing_where_chance_would_always_agree()
    {
        AgreementResult result = Agreement.Of(Enumerable.Range(0, 40).Select(i => ("s" + (i % 2), 0, 0)).ToList(), 3, 30);

        Assert.Equal(1, result.Same.Value);
        Assert.True(result.Kappa.IsTooSmall);
        Assert.True(Agreement.Of([("s", 0, 0)], 3, 30).Same.IsTooSmall);
    }

    [Fact]
    public void Agreement_is_less_certain_where_staff_differ()
    {
        // Of twenty judgements each 16, 16, 16, 8 and 4 are the same; or twelve of each.
        int[] same = [16, 16, 16, 8, 4];
        List<(string, int, int)> unlike = [.. same.SelectMany((count, g) => Enumerable.Range(0, 20).Select(i => ("s" + g, 0, i < count ? 0 : 1)))];
        List<(string, int, int)> alike = [.. Enumerable.Range(0, 100).Select(i => ("s" + (i / 20), 0, i % 5 < 3 ? 0 : 1))];

        Bounds wide = Agreement.Of(unlike, 2, 30).Same.Interval!.Value, narrow = Agreement.Of(alike, 2, 30).Same.Interval!.Value;

        Assert.Equal(Shares.Wilson(60, 100), narrow);
        // Leaving one out gives .55 thrice, .65 and .7: error √(4/5 · .02), t of 4.
        Assert.Equal(0.6 - (2.7764451051977987 * Math.Sqrt(0.8 * 0.02)), wide.Low, 9);
        Assert.Equal(0.6 + (2.7764451051977987 * Math.Sqrt(0.8 * 0.02)), wide.High, 9);
    }

    [Fact]
    public void Of_equal_clusters_the_mean_has_the_interval_of_their_means()
    {
        double[] means = [0.1, 0.2, 0.2, 0.4, 0.6];
        List<(string, double)> rows = [.. means.SelectMany((mean, g) => Enumerable.Range(0, 10).Select(i => ("s" + g, i < mean * 10 ? 1.0 : 0)))];

        ClusteredDifference result = ClusterRegression.Mean(rows)!;

        double centre = means.Average(), error = Math.Sqrt(means.Sum(mean => (mean - centre) * (mean - centre)) / 4 / 5);
        Assert.Equal(centre, result.Value, 12);
        Assert.Equal(error, result.StandardError, 12);
        Assert.Equal(4, result.DegreesOfFreedom, 9);
    }

    [Fact]
    public void Of_clusters_of_one_kind_each_the_difference_is_that_of_two_samples()
    {
        // Two samples of cluster means, unequal variances: Welch, whose degrees of freedom under equal errors are those of the variances' weights.
        List<ClusteredRow> rows = [];
        double[][] means = [[0.2, 0.4, 0.3], [0.5, 0.9, 0.6, 0.8]];
        for (int kind = 0; kind < 2; kind++)
        {
            for (int g = 0; g < means[kind].Length; g++)
            {
                rows.AddRange(Enumerable.Range(0, 10).Select(i => new ClusteredRow($"{kind} {g}", kind == 1, i < Math.Round(means[kind][g] * 10) ? 1 : 0)));
            }
        }

        ClusteredDifference result = ClusterRegression.Difference(rows)!;

        static double Part(double[] values) => values.Sum(value => (value - values.Average()) * (value - values.Average())) / (values.Length - 1) / values.Length;
        Assert.Equal(means[1].Average() - means[0].Average(), result.Value, 12);
        Assert.Equal(Math.Sqrt(Part(means[0]) + Part(means[1])), result.StandardError, 12);
        // (1/3 + 1/4)² / ((1/3)²/2 + (1/4)²/3)
        Assert.Equal(Math.Pow((1 / 3.0) + 0.25, 2) / ((1 / 18.0) + (1 / 48.0)), result.DegreesOfFreedom, 9);
    }

    [Fact]
    public void Influence_counts_moves_among_those_that_had_room()
    {
        // Listed: 40 no need of whom 12 follow, 40 need of whom 2 leave. Not listed: 20 need of whom 6 follow, 20 no need of whom 1 leaves.
        List<JudgementPair> pairs =
        [
            .. Pairs(true, 0, 2, 12), .. Pairs(true, 0, 0, 28), .. Pairs(true, 2, 0, 2), .. Pairs(true, 2, 2, 38),
            .. Pairs(false, 2, 0, 6), .. Pairs(false, 2, 2, 14), .. Pairs(false, 0, 2, 1), .. Pairs(false, 0, 0, 19),
        ];

        InfluenceResult result = Influence.Of(pairs, 30);

        Assert.Equal((60, 18, 60, 3), (result.All.RoomToward, result.All.Toward, result.All.RoomAway, result.All.Away));
        Assert.Equal(0.25, result.All.Net.Value!.Value, 12);
        Assert.Equal("judgements", result.Method);
        Assert.Equal(Shares.Difference(18, 60, 3, 60), result.All.Net.Interval);
        Assert.True(Influence.Of([.. Pairs(true, 0, 2, 29)], 30).All.Net.IsTooSmall);
        // A pending judgement can go both ways.
        InfluenceLine pending = Influence.Of([.. Pairs(true, 1, 2, 10), .. Pairs(true, 1, 0, 4), .. Pairs(true, 1, 1, 6)], 20).All;
        Assert.Equal((20, 10, 20, 4), (pending.RoomToward, pending.Toward, pending.RoomAway, pending.Away));

        static IEnumerable<JudgementPair> Pairs(bool pointsToNeed, int first, int final, int count) => Enumerable.Range(0, count).Select(i => new JudgementPair("s" + (i % 2), "2025-Q2", pointsToNeed, first, final));
    }

    // Begg and Greenes (1983), Biometrics 39, 207-215: scintigraphy of the liver, 650 patients of whom 344 were verified; sensitivity .84 instead of .90.
    [Fact]
    public void Recall_is_corrected_for_who_was_verified()
    {
        RecallResult result = AuditRecall.Of([new AuditStratum("", 429, 263, 231)], [new AuditStratum("", 221, 81, 27)], 30);

        Assert.Equal(0.8365, result.Recall.Value!.Value, 4);
        Assert.Equal(231 / 258.0, result.Naive!.Value, 12);
        Assert.True(result.Recall.Interval!.Value.Holds(0.8365));
    }

    [Fact]
    public void With_one_stratum_the_unseen_have_the_exact_interval_of_a_Poisson_count()
    {
        // Each child judged stands for one other. Garwood (1936), Biometrika 28, 437-442: 5 events, 1.6235 to 11.6683.
        Bounds some = AuditRecall.Total([new AuditStratum("", 2_000, 1_000, 5)], RecallMethod.Gamma), none = AuditRecall.Total([new AuditStratum("", 2_000, 1_000, 0)], RecallMethod.Gamma);

        Assert.Equal(5 + 1.6235, some.Low, 4);
        Assert.Equal(5 + 11.6683, some.High, 4);
        Assert.Equal(0, none.Low);
        Assert.Equal(-Math.Log(0.025), none.High, 6);
        // Of the mid-p form without anybody found, half of the mass is at zero: e^(−x) = .05.
        Assert.Equal(-Math.Log(0.05), AuditRecall.Total([new AuditStratum("", 2_000, 1_000, 0)], RecallMethod.GammaMidP).High, 5);
    }

    [Fact]
    public void The_guaranteed_interval_puts_the_need_where_fewest_are_drawn()
    {
        double share = 1 - Math.Pow(0.025, 1.0 / 20);

        Assert.Equal(200 * share, AuditRecall.Total([new AuditStratum("", 200, 20, 0)], RecallMethod.Guaranteed).High, 9);
        // Ten of 30 and ten of 300 drawn: 20 · share are to be expected, each of the second stratum adds 1/30.
        Assert.Equal(20 * share * 30, AuditRecall.Total([new AuditStratum("", 30, 10, 0), new AuditStratum("", 300, 10, 0)], RecallMethod.Guaranteed).High, 9);
    }

    [Theory]
    [InlineData(RecallMethod.GammaMidP)]
    [InlineData(RecallMethod.Gamma)]
    [InlineData(RecallMethod.EffectiveSize)]
    [InlineData(RecallMethod.Guaranteed)]
    public void Where_every_listed_child_was_judged_recall_is_uncertain_through_the_others_only(RecallMethod method)
    {
        AuditStratum[] unlisted = [new("a", 900, 20, 2), new("a", 300, 5, 0), new("b", 1_100, 25, 1)];
        Bounds others = AuditRecall.Total(unlisted, method);

        Bounds recall = AuditRecall.Of([new AuditStratum("a", 60, 60, 20), new AuditStratum("b", 60, 60, 16)], unlisted, 30, method).Recall.Interval!.Value;

        Assert.Equal(36 / (36 + others.High), recall.Low, 9);
        Assert.Equal(36 / (36 + others.Low), recall.High, 9);
    }

    [Fact]
    public void A_scoring_of_which_nobody_unlisted_was_judged_is_left_out_and_a_district_is_taken_with_the_largest()
    {
        RecallResult result = AuditRecall.Of(
            [new AuditStratum("a", 60, 60, 20), new AuditStratum("b", 60, 60, 16)], [new AuditStratum("a", 900, 40, 4), new AuditStratum("a", 100, 0, 0), new AuditStratum("b", 1_100, 0, 0)], 30);

        Assert.Equal(["b"], result.DroppedGroups);
        Assert.Equal(20 / (20 + (4 * 1000 / 40.0)), result.Recall.Value!.Value, 12);
        Assert.True(AuditRecall.Of([new AuditStratum("a", 60, 60, 20)], [new AuditStratum("a", 900, 29, 4)], 30).Recall.IsTooSmall);
        Assert.Throws<ArgumentException>(() => AuditRecall.Of([new AuditStratum("a", 60, 61, 20)], [], 30));
    }

    [Fact]
    public void The_curve_of_remissions_is_that_of_the_textbooks()
    {
        LeadTimeResult result = LeadTime.Of(Remissions, 24, 20);

        Assert.Equal([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], result.Curve.Select(step => Math.Round(step.NotReached, 3)));
        Assert.Equal([21, 17, 15, 12, 11, 7, 6], result.Curve.Select(step => (int)step.AtRisk));
        Assert.Equal((23, 9), (result.Median.Value!.Value, (int)result.Events));
        Assert.Equal(1 - 0.4482, result.Reached.Value!.Value, 4);
        // Area by hand: 6 + .8571·1 + .8067·3 + .7529·3 + .6902·3 + .6275·6 + .5378·1 + .4482·1.
        Assert.Equal(6 + 0.857143 + (0.806723 * 3) + (0.752941 * 3) + (0.690196 * 3) + (0.627451 * 6) + 0.537815 + 0.448179, result.Gained.Value!.Value, 4);
    }

    [Fact]
    public void Lead_time_says_nothing_of_a_day_that_nobody_was_watched_until()
    {
        LeadTimeResult result = LeadTime.Of(Remissions, 60, 20);

        Assert.True(result.Reached.IsTooSmall);
        Assert.True(result.Gained.IsTooSmall);
        Assert.Throws<ArgumentException>(() => LeadTime.Of([.. Remissions, new FollowUp(-1, true)], 24, 20));
    }

    // Fisher's tea: three of four against one of four.
    [Fact]
    public void Fishers_test_gives_the_tea_its_p() => Assert.Equal(34.0 / 70, Discontinuity.Fisher(3, 4, 1, 4), 9);

    [Fact]
    public void A_jump_in_a_parabola_is_found_exactly_by_the_corrected_estimate()
    {
        ThresholdRow[] on = [.. Enumerable.Range(0, 60).Select(i => (i + 0.5) / 60).Select(x => new ThresholdRow(x, 0.3 + (0.8 * x) - (1.1 * x * x)))];
        ThresholdRow[] off = [.. Enumerable.Range(0, 60).Select(i => -(i + 0.5) / 60).Select(x => new ThresholdRow(x, 0.1 + (0.4 * x) + (0.7 * x * x)))];

        (double plain, double corrected, _) = Discontinuity.Robust(on, off, 0.5, 0.5)!.Value;

        Assert.Equal(0.2, corrected, 9);
        Assert.NotEqual(0.2, plain, 3);
    }

    // Calonico, Cattaneo and Titiunik (2014), section 6, model 1 (fitted to the elections of Lee 2008): the jump is .04.
    [Fact]
    public void The_robust_interval_holds_the_jump_of_a_published_design()
    {
        Random random = new(7);
        int held = 0;
        const int Repeats = 200;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            List<ThresholdRow> rows = [.. Enumerable.Range(0, 500).Select(_ =>
            {
                double x = (2 * Beta24(random)) - 1, noise = 0.1295 * Normal(random);
                return new ThresholdRow(x, noise + (x < 0
                    ? 0.48 + (x * (1.27 + (x * (7.18 + (x * (20.21 + (x * (21.54 + (x * 7.33)))))))))
                    : 0.52 + (x * (0.84 + (x * (-3.00 + (x * (7.99 + (x * (-9.01 + (x * 3.56)))))))))));
            })];
            ThresholdRow[] on = [.. rows.Where(row => row.IsListed).OrderBy(row => row.Distance)], off = [.. rows.Where(row => !row.IsListed).OrderByDescending(row => row.Distance)];
            (double line, double bias) = Discontinuity.Bandwidths(on, off)!.Value;
            held += Discontinuity.Robust(on, off, line, bias)!.Value.Interval.Holds(0.04) ? 1 : 0;
        }

        Assert.InRange(held, 0.88 * Repeats, 0.99 * Repeats);
    }

    [Fact]
    public void Few_children_at_the_end_of_the_list_are_compared_as_if_by_chance_or_not_at_all()
    {
        List<ThresholdRow> rows = [.. Enumerable.Range(0, 40).Select(i => new ThresholdRow(i * 0.01, i % 4 == 0 ? 1 : 0)), .. Enumerable.Range(1, 200).Select(i => new ThresholdRow(-i * 0.01, i % 20 == 0 ? 1 : 0))];

        ThresholdResult local = Discontinuity.Of(rows, 50), none = Discontinuity.Of([.. rows.Where(row => row.Distance < 0.2)], 50);

        Assert.Equal(ThresholdMethod.LocalRandomisation, local.Method);
        Assert.Equal((40, 40), (local.ListedCount, local.UnlistedCount));
        Assert.Equal(0.25 - 0.05, local.Effect.Value!.Value, 12);
        Assert.Equal(Discontinuity.Fisher(10, 40, 2, 40), local.PValue);
        Assert.Equal(ThresholdMethod.None, none.Method);
        Assert.True(none.Effect.IsTooSmall);
    }

    [Fact]
    public void Scores_that_crowd_on_one_side_are_told_from_those_that_do_not()
    {
        Random random = new(3);
        List<ThresholdRow> smooth = [.. Enumerable.Range(0, 3_000).Select(_ => new ThresholdRow(Normal(random), 0))];
        List<ThresholdRow> moved = [.. smooth.Select(row => row.Distance is < 0 and > -0.3 && random.Next(2) == 0 ? row with { Distance = -row.Distance } : row)];

        Assert.False(Discontinuity.Density(smooth).IsWarning);
        Assert.True(Discontinuity.Density(moved).IsWarning);
        Assert.Null(Discontinuity.Density([.. smooth.Take(40)]).PValue);
    }

    private static double Binomial(int n, int k, double p) =>
        Math.Exp(Distributions.LogGamma(n + 1) - Distributions.LogGamma(k + 1) - Distributions.LogGamma(n - k + 1) + (k * Math.Log(p)) + ((n - k) * Math.Log(1 - p)));

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // The second smallest of five uniform numbers.
    private static double Beta24(Random random) => Enumerable.Range(0, 5).Select(_ => random.NextDouble()).Order().ElementAt(1);
}
