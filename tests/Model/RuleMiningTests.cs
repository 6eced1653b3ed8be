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
            (BitColumns bits, bool[] label) = RandomTable(seed, 20 + (int)(seed * 3), seed % 8 == 0 ? 11 : 4);
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
        RowStructure groups = Structure(300, group: r => r / 3, stratum: r => r % 2);
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
    public void Mine_labels_constant_within_households_need_the_household_as_unit()
    {
        // Ten rows per household repeat the same features and label: rows look like ten times the evidence.
        int byRow = 0, byHousehold = 0;
        for (ulong run = 0; run < 40; run++)
        {
            (BitColumns small, bool[] smallLabel) = RandomTable(5000 + run, 40, 4, independent: true);
            int[] rows = [.. Enumerable.Range(0, 400).Select(r => r / 10)];
            BitColumns bits = small.Take(rows);
            bool[] label = [.. rows.Select(r => smallLabel[r])];
            RowStructure structure = Structure(400, group: r => r / 10, stratum: _ => 0);
            var options = new MineOptions { MaxLength = 2, MinTargetSupport = 2, MinTotalSupport = 20, MinLift = 1.05, Permutations = 99, Seed = run };
            byRow += RuleMiner.Mine(bits, Ids(bits), label, null, options, TestContext.Current.CancellationToken).Rules.Any(r => r.IsVerified) ? 1 : 0;
            byHousehold += RuleMiner.Mine(bits, Ids(bits), label, structure, options, TestContext.Current.CancellationToken).Rules.Any(r => r.IsVerified) ? 1 : 0;
        }

        Assert.InRange(byRow, 20, 40);
        Assert.InRange(byHousehold, 0, 7);
    }

    [Theory]
    [InlineData(1, 150, false)]
    [InlineData(3, 150, false)]
    [InlineData(1, 7, true)]
    public void Mine_permutation_threshold_equals_the_plain_definition(int strata, int count, bool isAboveTheFirstBound)
    {
        (BitColumns bits, bool[] label) = RandomTable(11, count, 4);
        RowStructure structure = Structure(count, group: r => r, stratum: r => r % strata);
        var options = new MineOptions { MaxLength = 4, MinTargetSupport = 2, MinTotalSupport = 4, MinLift = 1.1, Permutations = 99, Seed = 5 };

        double threshold = RuleMiner.Mine(bits, Ids(bits), label, structure, options, TestContext.Current.CancellationToken).LogThreshold;

        TestSample sample = TestSample.Build(label, structure);
        var tails = new TailTable(sample);
        ulong[][] columns = [.. bits.Columns.Select(sample.Pack)];
        var minimum = new double[99];
        for (int j = 0; j < 99; j++)
        {
            var drawn = new ulong[sample.Words];
            foreach (int position in sample.Draw(5, j))
            {
                drawn[position >> 6] |= 1UL << (position & 63);
            }

            foreach (int[] pattern in Patterns(columns.Length, 4))
            {
                ulong[] rows = SelfSufficient.Intersect(columns, pattern, -1);
                var covered = new int[sample.Strata];
                if (PatternFamily.Count(sample, rows, covered) >= 4)
                {
                    int cell = tails.Cell(covered), events = PatternSearch.CountAnd(rows, drawn);
                    minimum[j] = Math.Min(minimum[j], Math.Min(tails.LogUpper(cell, events), tails.LogLower(cell, events)));
                }
            }
        }

        Array.Sort(minimum);
        Assert.Equal(minimum[4], threshold);
        Assert.Equal(isAboveTheFirstBound, threshold > Math.Log(0.05));
    }

    [Fact]
    public void Mine_a_household_counts_once_at_its_first_event()
    {
        // Child 1 is decided after snapshot 2 (positive in two rows), its sibling 2 at the same time, child 3 later; household 9 never.
        long[] group = [7, 7, 7, 7, 7, 7, 7, 9, 9, 9];
        long[] unit = [1, 1, 1, 2, 2, 3, 3, 4, 4, 4];
        int[] time = [0, 1, 2, 1, 2, 2, 3, 1, 2, 3];
        bool[] label = [false, true, true, true, true, false, true, false, false, false];
        var structure = new RowStructure { Group = group, Unit = unit, Time = time, Stratum = time };

        TestSample sample = TestSample.Build(label, structure);

        // Only snapshot 2 holds an event; of the two siblings decided then one stays; child 3 is at risk.
        Assert.Equal(1, sample.Strata);
        Assert.Equal(3, sample.Rows);
        Assert.Equal(1, sample.EventTotal);
    }

    [Fact]
    public void Mine_risk_that_differs_between_strata_alone_hides_no_rule_and_makes_none()
    {
        // The trait of the second column is common in the stratum with the high rate and does nothing there; the first column works.
        int stratumRule = 0, found = 0;
        for (ulong run = 0; run < 20; run++)
        {
            var random = new SplitMix(run + 77);
            const int Rows = 1500;
            int words = BitColumns.WordsFor(Rows);
            ulong[][] columns = [new ulong[words], new ulong[words], new ulong[words]];
            var label = new bool[Rows];
            for (int r = 0; r < Rows; r++)
            {
                bool isHigh = r % 3 == 0, works = random.Next(10) == 0, travels = random.Next(10) < (isHigh ? 8 : 1);
                columns[0][r >> 6] |= (works ? 1UL : 0) << (r & 63);
                columns[1][r >> 6] |= (travels ? 1UL : 0) << (r & 63);
                columns[2][r >> 6] |= (ulong)random.Next(2) << (r & 63);
                label[r] = random.Next(100) < (isHigh ? 30 : 3) + (works ? 25 : 0);
            }

            var bits = new BitColumns(Rows, columns);
            RowStructure structure = Structure(Rows, group: r => r, stratum: r => r % 3 == 0 ? 1 : 0);
            var options = new MineOptions { MaxLength = 2, MinTargetSupport = 5, MinLift = 1.2, Permutations = 99, Seed = run };
            MineResult result = RuleMiner.Mine(bits, Ids(bits), label, structure, options, TestContext.Current.CancellationToken);
            found += result.Rules.Any(r => r.IsVerified && r.Items is [0]) ? 1 : 0;
            stratumRule += result.Rules.Any(r => r.IsVerified && r.Items is [1]) ? 1 : 0;
        }

        Assert.InRange(found, 19, 20);
        Assert.InRange(stratumRule, 0, 4);
    }

    [Fact]
    public void Mine_histories_without_relation_to_features_seldom_verify_a_rule()
    {
        // Frail families, siblings decided together, positives in two snapshots, rows that end with the event: all but a relation.
        int runsWithFinding = 0;
        for (ulong run = 0; run < 100; run++)
        {
            (BitColumns bits, bool[] label, RowStructure structure) = Histories(900 + run, planted: false);
            var options = new MineOptions { MaxLength = 2, FamilyWiseError = 0.1, Permutations = 99, Seed = run };
            runsWithFinding += RuleMiner.Mine(bits, Ids(bits), label, structure, options, TestContext.Current.CancellationToken).Rules.Any(r => r.IsVerified) ? 1 : 0;
        }

        // 10 % expected at most; 18 of 100 is beyond the 99 % point of that binomial.
        Assert.InRange(runsWithFinding, 0, 18);
    }

    [Fact]
    public void Mine_signal_elsewhere_verifies_no_pattern_of_unrelated_features()
    {
        // The first item decides; items 1 and 2 are its companions' noise: a verified rule of theirs alone would be false.
        int runsWithFalse = 0, runsWithTrue = 0;
        for (ulong run = 0; run < 100; run++)
        {
            (BitColumns bits, bool[] label, RowStructure structure) = Histories(4000 + run, planted: true);
            var options = new MineOptions { MaxLength = 2, FamilyWiseError = 0.1, Permutations = 99, Seed = run };
            IReadOnlyList<MinedRule> rules = RuleMiner.Mine(bits, Ids(bits), label, structure, options, TestContext.Current.CancellationToken).Rules;
            runsWithTrue += rules.Any(r => r.IsVerified && r.Items.Contains(0)) ? 1 : 0;
            runsWithFalse += rules.Any(r => r.IsVerified && !r.Items.Contains(0) && !r.Items.Contains(1)) ? 1 : 0;
        }

        Assert.InRange(runsWithTrue, 95, 100);
        Assert.InRange(runsWithFalse, 0, 18);
    }

    [Fact]
    public void Mine_condition_that_only_travels_with_a_real_one_is_not_verified()
    {
        // Item 1 accompanies item 0 in nine of ten rows and has no effect of its own.
        var random = new SplitMix(5);
        const int Rows = 4000;
        int words = BitColumns.WordsFor(Rows);
        ulong[][] columns = [new ulong[words], new ulong[words]];
        var label = new bool[Rows];
        for (int r = 0; r < Rows; r++)
        {
            bool works = random.Next(5) == 0, travels = works ? random.Next(10) < 9 : random.Next(10) == 0;
            columns[0][r >> 6] |= (works ? 1UL : 0) << (r & 63);
            columns[1][r >> 6] |= (travels ? 1UL : 0) << (r & 63);
            label[r] = random.Next(100) < (works ? 20 : 3);
        }

        var bits = new BitColumns(Rows, columns);
        MineResult result = RuleMiner.Mine(bits, Ids(bits), label, null, new MineOptions { Permutations = 99 }, TestContext.Current.CancellationToken);

        Assert.Equal(["0"], result.Rules.Where(r => r.IsVerified).Select(r => string.Join('+', r.Items)));
    }

    [Fact]
    public void Tails_of_several_strata_are_close_to_the_exact_sum()
    {
        // Strata of unlike size and rate; the pattern lies mostly in one of them.
        (int Rows, int Events, int Covered)[] strata = [(400, 12, 30), (900, 20, 10), (150, 9, 60), (1200, 6, 200), (300, 60, 25)];
        bool[] label = [.. strata.SelectMany(s => Enumerable.Range(0, s.Rows).Select(i => i < s.Events))];
        int[] stratum = [.. strata.SelectMany((s, i) => Enumerable.Repeat(i, s.Rows))];
        var structure = new RowStructure
        {
            Group = [.. Enumerable.Range(0, label.Length).Select(r => (long)r)],
            Unit = [.. Enumerable.Range(0, label.Length).Select(r => (long)r)],
            Time = new int[label.Length],
            Stratum = stratum,
        };
        var tails = new TailTable(TestSample.Build(label, structure));
        double[] exact = [1];
        foreach ((int rows, int events, int covered) in strata)
        {
            var fisher = new Fisher(rows, events);
            double[] own = [.. Enumerable.Range(0, Math.Min(events, covered) + 1).Select(k => Math.Exp(fisher.LogProbability(covered, k)))];
            var sum = new double[exact.Length + own.Length - 1];
            for (int i = 0; i < exact.Length; i++)
            {
                for (int k = 0; k < own.Length; k++)
                {
                    sum[i + k] += exact[i] * own[k];
                }
            }

            exact = sum;
        }

        int cell = tails.Cell([.. strata.Select(s => s.Covered)]);
        for (int events = 0; events <= 21; events++)
        {
            // Logarithms within 8 %, or 0.05 where the tail is broad, down to one in ten million.
            double upper = Math.Log(exact.Skip(events).Sum()), lower = Math.Log(exact.Take(events + 1).Sum());
            Assert.InRange(tails.LogUpper(cell, events), (1.08 * upper) - 0.05, (0.92 * upper) + 0.05);
            Assert.InRange(tails.LogLower(cell, events), (1.08 * lower) - 0.05, (0.92 * lower) + 0.05);
        }
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

    private static RowStructure Structure(int rows, Func<int, int> group, Func<int, int> stratum) => new()
    {
        Group = [.. Enumerable.Range(0, rows).Select(r => (long)group(r))],
        Unit = [.. Enumerable.Range(0, rows).Select(r => (long)r)],
        Time = new int[rows],
        Stratum = [.. Enumerable.Range(0, rows).Select(stratum)],
    };

    // Families of two children, six snapshots, a horizon of two snapshots. Five traits that last, alike in siblings, each as an item with its negation.
    private static (BitColumns Bits, bool[] Label, RowStructure Structure) Histories(ulong seed, bool planted)
    {
        const int Families = 400, Snapshots = 6, Traits = 5;
        var random = new SplitMix(seed);
        var traits = new List<bool[]>();
        var label = new List<bool>();
        var keys = new List<(int Family, int Child, int Time)>();
        for (int family = 0; family < Families; family++)
        {
            bool[] common = [.. Enumerable.Range(0, Traits).Select(_ => random.Next(4) == 0)];
            int frailty = random.Next(5) == 0 ? 6 : 1, familyEvent = random.Next(100) < 2 * frailty ? random.Next(Snapshots) : Snapshots;
            for (int child = 0; child < 2; child++)
            {
                bool[] own = [.. common.Select(t => random.Next(10) == 0 ? !t : t)];
                int when = random.Next(2) == 0 ? familyEvent : Snapshots;
                for (int time = 0; time < when; time++)
                {
                    when = random.Next(1000) < (4 * frailty) + (planted && own[0] ? 60 : 0) ? time : when;
                }

                for (int time = 0; time <= Math.Min(when, Snapshots - 1); time++)
                {
                    traits.Add(own);
                    keys.Add((family, (family * 2) + child, time));
                    label.Add(when < Snapshots && time >= when - 1);
                }
            }
        }

        ulong[][] columns = [.. Enumerable.Range(0, Traits * 2).Select(_ => new ulong[BitColumns.WordsFor(label.Count)])];
        for (int r = 0; r < label.Count; r++)
        {
            for (int t = 0; t < Traits; t++)
            {
                columns[(2 * t) + (traits[r][t] ? 0 : 1)][r >> 6] |= 1UL << (r & 63);
            }
        }

        var structure = new RowStructure
        {
            Group = [.. keys.Select(k => (long)k.Family)],
            Unit = [.. keys.Select(k => (long)k.Child)],
            Time = [.. keys.Select(k => k.Time)],
            Stratum = [.. keys.Select(k => k.Time)],
        };
        return (new BitColumns(label.Count, columns), [.. label], structure);
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
                int value = random.Next(8) < 2 + (f % 5) ? 1 : 0;
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
