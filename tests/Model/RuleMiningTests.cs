using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Xunit;

namespace Warehouse.Tests.Model;

public sealed class RuleMiningTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mine_random_tables_finds_the_same_rules_as_brute_force(int maxLength)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            (BitColumns bits, bool[] label) = RandomTable(seed, 20 + (int)(seed * 3), 4);
            var options = new MineOptions
            {
                MaxLength = maxLength,
                MinTargetSupport = 1 + (int)(seed % 4),
                MinTotalSupport = 2,
                MinLift = 1.2 + (seed % 3 * 0.2),
                Threads = 2,
            };

            MineResult result = RuleMiner.Mine(bits, Ids(bits), label, null, options, TestContext.Current.CancellationToken, verify: false);

            Assert.Equal(BruteForce(bits, label, options), result.Rules.Select(Describe).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Mine_one_and_two_threads_gives_identical_results()
    {
        (BitColumns bits, bool[] label) = RandomTable(7, 300, 8);
        long[] groups = [.. Enumerable.Range(0, 300).Select(r => (long)(r / 3))];
        var options = new MineOptions { MinTargetSupport = 5, MinTotalSupport = 5, MinLift = 1.2, Permutations = 199 };

        MineResult one = RuleMiner.Mine(bits, Ids(bits), label, groups, options with { Threads = 1 }, TestContext.Current.CancellationToken);
        MineResult two = RuleMiner.Mine(bits, Ids(bits), label, groups, options with { Threads = 2 }, TestContext.Current.CancellationToken);

        Assert.Equal(one.LogThreshold, two.LogThreshold);
        Assert.Equal(one.Rules.Select(r => $"{Describe(r)} {r.LogP:R} {r.IsVerified}"), two.Rules.Select(r => $"{Describe(r)} {r.LogP:R} {r.IsVerified}"));
        Assert.NotEmpty(one.Rules);
    }

    [Fact]
    public void Mine_pair_that_decides_the_label_is_the_verified_rule()
    {
        var random = new SplitMix(3);
        const int Rows = 400;
        var first = new string?[Rows];
        var second = new string?[Rows];
        var label = new bool[Rows];
        for (int r = 0; r < Rows; r++)
        {
            first[r] = random.Next(3) == 0 ? "受給中" : "なし";
            second[r] = random.Next(3) == 0 ? "あり" : "なし";
            label[r] = first[r] == "受給中" && second[r] == "あり" && random.Next(10) < 8;
        }

        var table = new FeatureTable(
        [
            FeatureColumn.Category(new FeatureSpec("allowance", "児童扶養手当", FeatureKind.Category), first),
            FeatureColumn.Category(new FeatureSpec("absence", "長期欠席", FeatureKind.Category), second),
        ]);
        ItemSet items = ItemEncoder.Fit(table, new ItemOptions());
        BitColumns bits = items.Encode(table);
        double baseRate = label.Count(y => y) / (double)Rows;
        var options = new MineOptions { MinConfidence = 0.6, Permutations = 99 };
        Assert.InRange(baseRate, 0.05, 0.15);

        MineResult result = RuleMiner.Mine(bits, Ids(bits), label, null, options with { FamilyWiseError = 0.05 }, TestContext.Current.CancellationToken, verify: true);

        MinedRule rule = Assert.Single(result.Rules, r => r.Direction == RuleDirection.Risk);
        Assert.Equal(["児童扶養手当: 受給中", "長期欠席: あり"], rule.Items.Select(i => items.Items[i].Text));
        Assert.True(rule.IsVerified);
        Assert.Equal(label.Count(y => y), rule.Positives);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public void Mine_shuffled_labels_seldom_verifies_a_rule(int permutations)
    {
        int runsWithFinding = 0;
        for (ulong run = 0; run < 100; run++)
        {
            (BitColumns bits, bool[] label) = RandomTable(1000 + run, 120, 5, independent: true);
            var options = new MineOptions
            {
                MaxLength = 2,
                MinTargetSupport = 2,
                MinTotalSupport = 5,
                MinLift = 1.05,
                FamilyWiseError = 0.1,
                Permutations = permutations,
                Seed = run,
            };
            MineResult result = RuleMiner.Mine(bits, Ids(bits), label, null, options, TestContext.Current.CancellationToken);
            runsWithFinding += result.Rules.Any(r => r.IsVerified) ? 1 : 0;
        }

        // 10 % expected at most; 18 of 100 is beyond the 99 % point of that binomial.
        Assert.InRange(runsWithFinding, 0, 18);
    }

    [Fact]
    public void Mine_labels_constant_within_households_need_household_permutations()
    {
        // Ten rows per household repeat the same features and label: rows look like ten times the evidence.
        int byRow = 0, byHousehold = 0;
        for (ulong run = 0; run < 40; run++)
        {
            (BitColumns small, bool[] smallLabel) = RandomTable(5000 + run, 40, 4, independent: true);
            int[] rows = [.. Enumerable.Range(0, 400).Select(r => r / 10)];
            BitColumns bits = small.Take(rows);
            bool[] label = [.. rows.Select(r => smallLabel[r])];
            long[] groups = [.. rows.Select(r => (long)r)];
            var options = new MineOptions { MaxLength = 2, MinTargetSupport = 2, MinTotalSupport = 20, MinLift = 1.05, Permutations = 99, Seed = run };
            byRow += RuleMiner.Mine(bits, Ids(bits), label, null, options, TestContext.Current.CancellationToken).Rules.Any(r => r.IsVerified) ? 1 : 0;
            byHousehold += RuleMiner.Mine(bits, Ids(bits), label, groups, options, TestContext.Current.CancellationToken).Rules.Any(r => r.IsVerified) ? 1 : 0;
        }

        Assert.InRange(byRow, 30, 40);
        Assert.InRange(byHousehold, 0, 7);
    }

    [Fact]
    public void Mine_permutation_threshold_equals_the_plain_definition()
    {
        (BitColumns bits, bool[] label) = RandomTable(11, 90, 4);
        var options = new MineOptions { MinTargetSupport = 2, MinTotalSupport = 4, MinLift = 1.1, Permutations = 99, Seed = 5 };

        double threshold = RuleMiner.Mine(bits, Ids(bits), label, null, options, TestContext.Current.CancellationToken).LogThreshold;

        var fisher = new Fisher(90, label.Count(y => y));
        var permutation = new LabelPermutation(90, null);
        var minimum = new double[99];
        for (int j = 0; j < 99; j++)
        {
            bool[] drawn = permutation.Draw(label, 5, j);
            foreach (int[] pattern in Patterns(bits.Columns.Length, 3))
            {
                (int p, int q) = Counts(bits, drawn, pattern);
                if (p + q >= 4)
                {
                    minimum[j] = Math.Min(minimum[j], Math.Min(fisher.LogUpper(p + q, p), fisher.LogLower(p + q, p)));
                }
            }
        }

        Array.Sort(minimum);
        Assert.Equal(minimum[4], threshold);
    }

    [Fact]
    public void Fisher_tea_tasting_gives_the_known_p_value()
    {
        // Fisher 1935: 8 cups, 4 of them positive, 4 chosen, 3 right: 17/70; all right: 1/70.
        var fisher = new Fisher(8, 4);

        Assert.Equal(17.0 / 70, Math.Exp(fisher.LogUpper(4, 3)), 12);
        Assert.Equal(1.0 / 70, Math.Exp(fisher.LogUpper(4, 4)), 12);
        Assert.Equal(69.0 / 70, Math.Exp(fisher.LogUpper(4, 1)), 12);
        Assert.Equal(53.0 / 70, Math.Exp(fisher.LogLower(4, 2)), 12);
        Assert.Equal(0, fisher.LogUpper(4, 0));
    }

    [Fact]
    public void Wilson_known_share_gives_the_known_interval()
    {
        Interval interval = Wilson.Of(5, 50);

        Assert.Equal(0.0435, interval.Low, 4);
        Assert.Equal(0.2136, interval.High, 4);
    }

    [Theory]
    [InlineData(false, "MDL-005")]
    [InlineData(true, "MDL-006")]
    public void Mine_labels_of_one_class_says_so(bool value, string code)
    {
        (BitColumns bits, bool[] label) = RandomTable(1, 30, 2);
        Array.Fill(label, value);

        ModelException e = Assert.Throws<ModelException>(
            () => RuleMiner.Mine(bits, Ids(bits), label, null, new MineOptions(), TestContext.Current.CancellationToken));

        Assert.Equal(code, e.Code);
    }

    private static int[] Ids(BitColumns bits) => [.. Enumerable.Range(0, bits.Columns.Length)];

    private static string Describe(MinedRule rule) => $"{rule.Direction} {string.Join('+', rule.Items)} {rule.Positives}/{rule.Negatives}";

    private static (BitColumns Bits, bool[] Label) RandomTable(ulong seed, int rows, int features, bool independent = false)
    {
        var random = new SplitMix(seed);
        int words = BitColumns.WordsFor(rows);
        ulong[][] columns = [.. Enumerable.Range(0, features * 2).Select(_ => new ulong[words])];
        var label = new bool[rows];
        for (int r = 0; r < rows; r++)
        {
            int ones = 0;
            for (int f = 0; f < features; f++)
            {
                int value = random.Next(8) < 2 + f ? 1 : 0;
                ones += f < 3 ? value : 0;
                columns[(2 * f) + 1 - value][r >> 6] |= 1UL << (r & 63);
            }

            label[r] = random.Next(10) < (independent ? 3 : 1 + (2 * ones));
        }

        label[0] = true;
        label[1] = false;
        return (new BitColumns(rows, columns), label);
    }

    private static List<string> BruteForce(BitColumns bits, bool[] label, MineOptions options)
    {
        int n1 = label.Count(y => y);
        double rate = (double)n1 / label.Length;
        var found = new List<string>();
        foreach (RuleDirection direction in Enum.GetValues<RuleDirection>())
        {
            bool risk = direction == RuleDirection.Risk;
            double confidence = RuleMiner.Confidence(options, risk ? rate : 1 - rate, risk);
            var satisfied = new List<int[]>();
            foreach (int[] pattern in Patterns(bits.Columns.Length, options.MaxLength))
            {
                (int p, int q) = Counts(bits, label, pattern);
                int target = risk ? p : q;
                if (target < options.MinTargetSupport || p + q < options.MinTotalSupport || target < confidence * (p + q))
                {
                    continue;
                }

                if (!satisfied.Exists(s => s.Length < pattern.Length && s.All(pattern.Contains)))
                {
                    found.Add($"{direction} {string.Join('+', pattern)} {p}/{q}");
                }

                satisfied.Add(pattern);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    // By length, then lexicographic.
    private static List<int[]> Patterns(int items, int maxLength)
    {
        var all = new List<int[]>();
        List<int[]> level = [[]];
        for (int length = 1; length <= maxLength; length++)
        {
            level = [.. level.SelectMany(p => Enumerable.Range(0, items).Where(i => p.Length == 0 || i > p[^1]).Select(i => (int[])[.. p, i]))];
            all.AddRange(level);
        }

        return all;
    }

    private static (int P, int Q) Counts(BitColumns bits, bool[] label, int[] pattern)
    {
        int p = 0, q = 0;
        for (int r = 0; r < label.Length; r++)
        {
            if (pattern.All(i => bits.Get(i, r)))
            {
                p += label[r] ? 1 : 0;
                q += label[r] ? 0 : 1;
            }
        }

        return (p, q);
    }
}
