using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Train;
using Xunit;

namespace Warehouse.Tests.Model;

/// <summary>Every claim about the optimum is checked against all conjunctions written out one by one.</summary>
public sealed class ColumnGenerationTests
{
    [Theory]
    [InlineData(1, 1, 0.5, false)]
    [InlineData(2, 2, 1.0, false)]
    [InlineData(3, 3, 0.5, false)]
    [InlineData(4, 3, 1.0, true)]
    [InlineData(5, 3, 0.0, true)]
    [InlineData(6, 3, 0.5, true)]
    public void Solve_meets_the_optimality_conditions_of_all_conjunctions(ulong seed, int length, double growth, bool isSigned)
    {
        Small table = Make(seed, 150, isSigned);
        List<Listed> all = table.Enumerate(length, growth, minRows: 4);
        ConjunctionFamily family = table.Family(length, growth, minRows: 4);
        double largest = ColumnGeneration.LargestPenalty(table.Rows, family);
        double rate = table.Rows.Weight[..table.Rows.PositiveCount].Sum() / table.Rows.Weight.Sum();
        double[] atRest = [.. table.Rows.Weight.Select((w, i) => i < table.Rows.PositiveCount ? w * (1 - rate) : -w * rate)];
        Assert.Equal(all.Max(t => t.Pull(atRest)), largest, 9);

        var state = new ColumnGeneration(table.Rows, family, 1e-9);
        foreach (double share in (double[])[1.001, 0.7, 0.3, 0.1, 0.04])
        {
            double penalty = share * largest;
            FamilyFit fit = state.Solve(penalty);

            double[] residual = table.Residual(fit);
            Assert.InRange(fit.Gap, 0, 1e-9);
            Assert.Equal(share < 1, fit.Terms.Count > 0);
            Assert.Equal(0, residual.Sum(), 3);

            // No conjunction pulls harder than its penalty allows, and those with a weight pull exactly that hard.
            Assert.All(all, t => Assert.True(t.Pull(residual) <= penalty * (1 + 1e-3), $"{string.Join(',', t.Items)} at {share}"));
            for (int t = 0; t < fit.Terms.Count; t++)
            {
                double pull = fit.Terms[t].Rows.Sum(r => residual[r]) / fit.Terms[t].Factor;
                Assert.Equal(Math.Sign(fit.Weights[t]) * penalty, pull, penalty * 1e-3);
                Assert.True(fit.Terms[t].Sign.Permits(fit.Weights[t]));
                Assert.True(fit.Terms[t].Rows.Length >= 4);
                Assert.Equal(Math.Pow(fit.Terms[t].Items.Length, growth), fit.Terms[t].Factor, 12);
            }

            // The objective of the same rows and terms, added up by hand, and the dual value of all conjunctions: the certificate is no smaller than it should be.
            double objective = table.Objective(fit, penalty);
            Assert.Equal(objective, fit.Objective, 8);
            Assert.True((objective - table.Dual(residual, all, penalty)) / objective <= 1e-6);
        }
    }

    [Theory]
    [InlineData(31, 2, 0.5, 1.0)]
    [InlineData(32, 3, 1.0, 0.5)]
    [InlineData(33, 3, 1.0, 2.0)]
    [InlineData(34, 3, 0.0, 4.0)]
    public void Solve_with_a_quadratic_part_is_the_optimum_that_another_method_finds(ulong seed, int length, double growth, double quadratic)
    {
        Small table = Make(seed, 150, isSigned: false);
        List<Listed> all = table.Distinct(length, growth, minRows: 4);
        ConjunctionFamily family = table.Family(length, growth, minRows: 4);
        double largest = ColumnGeneration.LargestPenalty(table.Rows, family);
        var state = new ColumnGeneration(table.Rows, family, 1e-9, quadratic);
        foreach (double share in (double[])[0.5, 0.2, 0.05])
        {
            double penalty = share * largest;
            FamilyFit fit = state.Solve(penalty);

            Assert.InRange(fit.Gap, 0, 1e-9);
            double[] residual = table.Residual(fit);
            Dictionary<string, double> weight = Enumerable.Range(0, fit.Terms.Count).ToDictionary(t => string.Join(',', fit.Terms[t].Rows), t => fit.Weights[t]);
            Assert.Equal(fit.Terms.Count, weight.Count);

            // Terms without a weight pull no harder than their penalty; those with one as hard as penalty and weight ask.
            Assert.All(all, t =>
            {
                double pull = t.Rows.Sum(r => residual[r]) / t.Factor;
                if (weight.TryGetValue(string.Join(',', t.Rows), out double w))
                {
                    Assert.Equal(Math.Sign(w) * penalty * (1 + (quadratic * Math.Abs(w))), pull, penalty * 1e-3);
                }
                else
                {
                    Assert.True(Math.Abs(pull) <= penalty * (1 + 1e-3), $"{t.Key} at {share}");
                }
            });

            double found = table.Objective(fit, penalty) + (penalty * quadratic / 2 * fit.Terms.Select((t, k) => t.Factor * fit.Weights[k] * fit.Weights[k]).Sum());
            double other = table.ProximalGradient(all, penalty, quadratic);
            Assert.Equal(found, fit.Objective, 8);
            Assert.InRange(found - other, -1e-4 * other, 1e-8 * other);
            Assert.InRange(other - found, -1e-8 * other, 1e-5 * other);
        }
    }

    [Fact]
    public void Gap_with_a_quadratic_part_covers_the_distance_to_the_optimum()
    {
        Small table = Make(35, 150, isSigned: true);
        ConjunctionFamily family = table.Family(3, 1, minRows: 4);
        double penalty = 0.1 * ColumnGeneration.LargestPenalty(table.Rows, family);
        FamilyFit best = new ColumnGeneration(table.Rows, family, 1e-10, 1).Solve(penalty);
        Assert.True(best.Terms.Count >= 3);
        foreach (double part in (double[])[1, 0.99, 0.7, 0])
        {
            var moved = new ColumnGeneration(table.Rows, family, 1e-10, best.Terms.Select((t, k) => (t, part * best.Weights[k])), best.Bias, 1);

            double objective = moved.Objective(penalty), gap = moved.Gap(penalty);

            Assert.True(gap * objective >= objective - best.Objective - (1e-9 * objective), $"{part}");
            Assert.Equal(part == 1, gap < 1e-8);
        }
    }

    [Fact]
    public void A_quadratic_part_shares_an_effect_among_terms_that_nearly_go_together()
    {
        Small table = Make(36, 300, isSigned: false);
        ConjunctionFamily family = table.Family(3, 1, minRows: 4);
        double penalty = 0.1 * ColumnGeneration.LargestPenalty(table.Rows, family);

        int[] terms = [.. new double[] { 0, 1, 4 }.Select(q => new ColumnGeneration(table.Rows, family, 1e-7, q).Solve(penalty).Terms.Count)];

        Assert.True(terms[0] < terms[1] && terms[1] < terms[2], string.Join(' ', terms));
    }

    [Theory]
    [InlineData(11, 0.0)]
    [InlineData(12, 0.5)]
    [InlineData(13, 1.0)]
    public void Price_finds_the_strongest_conjunction_of_any_residual(ulong seed, double growth)
    {
        Small table = Make(seed, 120, isSigned: true);
        List<Listed> all = table.Enumerate(3, growth, minRows: 6);
        ConjunctionFamily family = table.Family(3, growth, minRows: 6);
        var random = new SplitMix(seed);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] pull = [.. Enumerable.Range(0, table.Rows.Count).Select(_ => random.Next(1000) / 1000.0)];
            double up = pull[..table.Rows.PositiveCount].Sum(), down = pull[table.Rows.PositiveCount..].Sum();
            pull = [.. pull.Select((x, i) => i < table.Rows.PositiveCount ? x / up : x / down)];
            double[] signed = [.. pull.Select((x, i) => i < table.Rows.PositiveCount ? x : -x)];
            double strongest = all.Max(t => t.Pull(signed));

            Priced priced = family.Price(pull, 0.8 * strongest, 1000, double.PositiveInfinity, null);

            Assert.Equal(strongest, priced.Largest, 12);
            Assert.Equal(
                all.Where(t => t.Pull(signed) > 0.8 * strongest).Select(t => t.Key).Where(IsCompared).Order(StringComparer.Ordinal),
                priced.Terms.Select(t => string.Join(',', t.Items)).Where(IsCompared).Order(StringComparer.Ordinal));
            Assert.Empty(family.Price(pull, strongest * (1 + 1e-9), 10, double.PositiveInfinity, null).Terms);
        }

        // Alone, only the rarer one of an item and its negation is offered (items 0 to 5): the other is the same term with the bias moved.
        static bool IsCompared(string key) => key.Contains(',', StringComparison.Ordinal) || int.Parse(key, CultureInfo.InvariantCulture) > 5;
    }

    [Fact]
    public void Path_is_the_same_for_any_number_of_threads()
    {
        Small table = Make(21, 400, isSigned: false);
        var bits = new BitColumns(table.Rows.Count, table.Bits);
        bool[] label = [.. Enumerable.Range(0, table.Rows.Count).Select(i => i < table.Rows.PositiveCount)];

        string one = Text(1);

        Assert.Equal(one, Text(2));
        Assert.Equal(one, Text(5));

        string Text(int threads) => string.Join('\n', RulePath.Fit(
            bits, null, label, new RulePathOptions { PenaltyCount = 8, Threads = threads }, TestContext.Current.CancellationToken)
            .Select(p => FormattableString.Invariant($"{p.Penalty:R} {p.Bias:R} {p.Objective:R} {p.Gap:R} ")
                + string.Join(' ', p.Terms.Select(t => FormattableString.Invariant($"{string.Join(',', t.Items)}:{t.Weight:R}")))));
    }

    [Fact]
    public void Path_longer_conjunctions_never_fit_worse()
    {
        Small table = Make(22, 300, isSigned: false);
        var bits = new BitColumns(table.Rows.Count, table.Bits);
        bool[] label = [.. Enumerable.Range(0, table.Rows.Count).Select(i => i < table.Rows.PositiveCount)];
        double[] smallest = [.. Enumerable.Range(1, 3).Select(length => RulePath.Fit(
            bits, null, label, new RulePathOptions { MaxLength = length, LengthGrowth = 0, PenaltyCount = 5 }, TestContext.Current.CancellationToken).Select(p => p.Objective / p.Penalty).Last())];

        Assert.All(smallest, o => Assert.True(double.IsFinite(o)));
        Assert.True(smallest[2] <= smallest[0] * (1 + 1e-6));
    }

    [Fact]
    public void Path_without_anything_to_learn_from_says_so()
    {
        var bits = new BitColumns(4, [[0b1111UL]]);
        CancellationToken cancel = TestContext.Current.CancellationToken;

        Assert.Equal("MDL-012", Assert.Throws<ModelException>(() => RulePath.Fit(bits, null, [true, false, true, false], new(), cancel)).Code);
        Assert.Equal("MDL-005", Assert.Throws<ModelException>(() => RulePath.Fit(bits, null, new bool[4], new(), cancel)).Code);
        Assert.Equal("MDL-006", Assert.Throws<ModelException>(() => RulePath.Fit(bits, null, [true, true, true, true], new(), cancel)).Code);
        Assert.Equal("MDL-008", Assert.Throws<ModelException>(() => RulePath.Fit(bits, null, [true, false], new(), cancel)).Code);
        Assert.Equal("MDL-013", Assert.Throws<ModelException>(
            () => RulePath.Fit(bits, null, [true, false, true, false], new RulePathOptions { MaxLength = 4 }, cancel)).Code);
    }

    // Three conditions with their negations, one whose "not recorded" keeps it from having any, thresholds in a chain, and one twice.
    private static Small Make(ulong seed, int count, bool isSigned)
    {
        var random = new SplitMix(seed);
        var columns = new List<bool[]>();
        for (int c = 0; c < 3; c++)
        {
            bool[] column = [.. Enumerable.Range(0, count).Select(_ => random.Next(10) < 2 + (2 * c))];
            columns.Add(column);
            columns.Add([.. column.Select(x => !x)]);
        }

        int[] number = [.. Enumerable.Range(0, count).Select(_ => random.Next(12) - 1)];
        columns.Add([.. number.Select(v => v >= 4)]);
        columns.Add([.. number.Select(v => v >= 0 && v < 4)]);
        columns.Add([.. number.Select(v => v >= 8)]);
        columns.Add([.. number.Select(v => v < 0)]);
        columns.Add((bool[])columns[0].Clone());
        bool[] label = [.. Enumerable.Range(0, count).Select(r => random.Next(100) <
            15 + (columns[0][r] ? 25 : 0) + (columns[2][r] && number[r] >= 4 ? 30 : 0) + (columns[0][r] && columns[5][r] && number[r] >= 8 ? 25 : 0))];
        int[] order = [.. Enumerable.Range(0, count).OrderBy(r => label[r] ? 0 : 1)];
        double[] weight = [.. order.Select(r => label[r] ? 1.0 : 1 + random.Next(3))];
        ulong[][] bits = [.. columns.Select(c =>
        {
            var words = new ulong[BitColumns.WordsFor(count)];
            for (int i = 0; i < count; i++)
            {
                words[i >> 6] |= (c[order[i]] ? 1UL : 0) << (i & 63);
            }

            return words;
        })];
        WeightSign[] signs = new WeightSign[columns.Count];
        if (isSigned)
        {
            (signs[0], signs[1], signs[6], signs[7], signs[8], signs[10]) =
                (WeightSign.NotPositive, WeightSign.NotNegative, WeightSign.NotNegative, WeightSign.NotPositive, WeightSign.NotNegative, WeightSign.NotPositive);
        }

        return new Small(new FitRows(label.Count(y => y), weight), bits, signs);
    }

    private sealed record Listed(int[] Items, int[] Rows, WeightSign Sign, double Factor)
    {
        public string Key => string.Join(',', Items);

        public double Pull(double[] residual)
        {
            double sum = Rows.Sum(r => residual[r]);
            return Sign.Permits(sum) ? Math.Abs(sum) / Factor : 0;
        }
    }

    private sealed record Small(FitRows Rows, ulong[][] Bits, WeightSign[] Signs)
    {
        public ConjunctionFamily Family(int length, double growth, int minRows) => new(
            Rows, Bits, [.. Bits.Select(_ => true)], Signs, new ConjunctionOptions { MaxLength = length, Growth = growth, MinRows = minRows, Threads = 2 });

        public List<Listed> Enumerate(int length, double growth, int minRows)
        {
            var all = new List<Listed>();
            for (int a = 0; a < Bits.Length; a++)
            {
                Offer(a);
                for (int b = a + 1; b < Bits.Length && length >= 2; b++)
                {
                    Offer(a, b);
                    for (int c = b + 1; c < Bits.Length && length >= 3; c++)
                    {
                        Offer(a, b, c);
                    }
                }
            }

            return all;

            void Offer(params int[] items)
            {
                int[] rows = [.. Enumerable.Range(0, Rows.Count).Where(r => Array.TrueForAll(items, i => (Bits[i][r >> 6] >> (r & 63) & 1) != 0))];
                WeightSign sign = items.Aggregate(WeightSign.Free, (s, i) => s | Signs[i]);
                if (rows.Length >= minRows && sign != WeightSign.None)
                {
                    all.Add(new Listed(items, rows, sign, Math.Pow(items.Length, growth)));
                }
            }
        }

        // Terms that hold in the same rows once, the cheapest, and of the items 0 to 5 alone the rarer of each and its negation.
        public List<Listed> Distinct(int length, double growth, int minRows) =>
            [.. Enumerate(length, growth, minRows)
                .Where(t => t.Items.Length > 1 || t.Items[0] > 5 || 2 * t.Rows.Length < Rows.Count || (2 * t.Rows.Length == Rows.Count && t.Items[0] % 2 == 0))
                .GroupBy(t => string.Join(',', t.Rows)).Select(g => g.MinBy(t => t.Factor)!)];

        // Beck, Teboulle, SIAM J. Imaging Sci. 2 (2009), 183-202, restarted where the objective rises: slow, and nothing in common with the fit.
        public double ProximalGradient(List<Listed> terms, double penalty, double quadratic)
        {
            double step = 4 / (Rows.Weight.Select((w, i) => w * (1 + terms.Count(t => t.Rows.Contains(i)))).Sum() / 2);
            double[] now = new double[terms.Count + 1], ahead = new double[terms.Count + 1];
            double momentum = 1, before = double.PositiveInfinity, least = double.PositiveInfinity;
            for (int iteration = 0; iteration < 30_000; iteration++)
            {
                double[] score = Scores(ahead);
                double[] residual = [.. score.Select((s, i) => Rows.Weight[i] * ((i < Rows.PositiveCount ? 1 : 0) - (1 / (1 + Math.Exp(-s)))))];
                var next = new double[now.Length];
                next[^1] = ahead[^1] + (step * residual.Sum());
                for (int t = 0; t < terms.Count; t++)
                {
                    double sum = 0;
                    foreach (int r in terms[t].Rows)
                    {
                        sum += residual[r];
                    }

                    double moved = ahead[t] + (step * sum), limit = step * penalty * terms[t].Factor;
                    next[t] = Math.Sign(moved) * Math.Max(0, Math.Abs(moved) - limit) / (1 + (limit * quadratic));
                }

                double further = (1 + Math.Sqrt(1 + (4 * momentum * momentum))) / 2, objective = iteration % 50 == 0 ? Value(next) : before;
                ahead = objective > before ? next : [.. next.Select((x, i) => x + ((momentum - 1) / further * (x - now[i])))];
                momentum = objective > before ? 1 : further;
                (now, before) = (next, objective);
                least = Math.Min(least, objective);
            }

            return least;

            double[] Scores(double[] weight)
            {
                var score = new double[Rows.Count];
                Array.Fill(score, weight[^1]);
                for (int t = 0; t < terms.Count; t++)
                {
                    if (weight[t] != 0)
                    {
                        foreach (int r in terms[t].Rows)
                        {
                            score[r] += weight[t];
                        }
                    }
                }

                return score;
            }

            double Value(double[] weight) =>
                Scores(weight).Select((s, i) => Rows.Weight[i] * Math.Log(1 + Math.Exp(i < Rows.PositiveCount ? -s : s))).Sum()
                + (penalty * terms.Select((t, k) => t.Factor * (Math.Abs(weight[k]) + (quadratic / 2 * weight[k] * weight[k]))).Sum());
        }

        public double[] Score(FamilyFit fit) => [.. Enumerable.Range(0, Rows.Count).Select(r =>
            fit.Bias + fit.Terms.Select((t, k) => Array.TrueForAll(t.Items, i => (Bits[i][r >> 6] >> (r & 63) & 1) != 0) ? fit.Weights[k] : 0).Sum())];

        public double[] Residual(FamilyFit fit) => [.. Score(fit).Select((s, i) =>
            Rows.Weight[i] * ((i < Rows.PositiveCount ? 1 : 0) - (1 / (1 + Math.Exp(-s)))))];

        public double Objective(FamilyFit fit, double penalty) =>
            Score(fit).Select((s, i) => Rows.Weight[i] * Math.Log(1 + Math.Exp(i < Rows.PositiveCount ? -s : s))).Sum()
            + (penalty * fit.Terms.Select((t, k) => t.Factor * Math.Abs(fit.Weights[k])).Sum());

        // The residual, its sum made nothing and every conjunction brought under its penalty, is a point of the dual.
        public double Dual(double[] residual, List<Listed> all, double penalty)
        {
            double up = residual.Where(r => r > 0).Sum(), down = -residual.Where(r => r < 0).Sum();
            double[] balanced = [.. residual.Select(r => r > 0 ? r * Math.Min(1, down / up) : r * Math.Min(1, up / down))];
            double shrink = Math.Min(1, penalty / all.Max(t => t.Pull(balanced)));
            return balanced.Select((r, i) =>
            {
                double u = shrink * Math.Abs(r) / Rows.Weight[i];
                return -Rows.Weight[i] * ((u > 0 ? u * Math.Log(u) : 0) + (u < 1 ? (1 - u) * Math.Log(1 - u) : 0));
            }).Sum();
        }
    }
}
