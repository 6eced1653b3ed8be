using Warehouse.Model.Items;

namespace Warehouse.Model.Mine;

/// <summary>Mines the minimal rules of a labelled table and says which are verified.</summary>
public static class RuleMiner
{
    /// <summary>Returns all minimal rules of both directions.</summary>
    /// <param name="bits">Encoded rows.</param>
    /// <param name="itemIds">Items to combine, ascending.</param>
    /// <param name="label">Label per row.</param>
    /// <param name="structure">Households, children, time and strata of the rows, or null when every row stands for itself.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <param name="verify">False leaves the significance test out; no rule is then verified.</param>
    /// <remarks>Errors: MDL-005 to MDL-007 for labels that cannot be mined. The result does not depend on the number of threads.</remarks>
    public static MineResult Mine(
        BitColumns bits,
        IReadOnlyList<int> itemIds,
        bool[] label,
        RowStructure? structure,
        MineOptions options,
        CancellationToken cancellationToken,
        bool verify = true)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentNullException.ThrowIfNull(itemIds);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(options);
        CheckLabels(label, bits.RowCount);
        ulong[][] columns = [.. itemIds.Select(id => bits.Columns[id])];
        int rows = bits.RowCount;
        int[] positiveRows = [.. Enumerable.Range(0, rows).Where(r => label[r])];
        int[] negativeRows = [.. Enumerable.Range(0, rows).Where(r => !label[r])];
        var all = new BitColumns(rows, columns);
        ulong[][] positive = all.Take(positiveRows).Columns;
        ulong[][] negative = all.Take(negativeRows).Columns;
        int n1 = positiveRows.Length, n0 = negativeRows.Length;
        var labelBits = new ulong[bits.WordCount];
        foreach (int r in positiveRows)
        {
            labelBits[r >> 6] |= 1UL << (r & 63);
        }

        double baseRate = (double)n1 / rows;
        int total = TotalSupport(options, rows);
        TestSample sample = TestSample.Build(label, structure);
        var tails = new TailTable(sample);
        var judge = new RuleJudge(sample, tails);
        ulong[][] packed = [.. columns.Select(sample.Pack)];
        var rules = new Dictionary<string, MinedRule>(StringComparer.Ordinal);
        foreach (RuleDirection direction in (RuleDirection[])[RuleDirection.Risk, RuleDirection.Protective])
        {
            bool risk = direction == RuleDirection.Risk;
            int support = options.MinTargetSupport > 0 ? options.MinTargetSupport : Math.Max(10, (int)(0.02 * (risk ? n1 : n0)));
            var search = new PatternSearch(
                risk ? positive : negative,
                risk ? negative : positive,
                risk ? n1 : n0,
                risk ? n0 : n1,
                support,
                total,
                Confidence(options, risk ? baseRate : 1 - baseRate, risk),
                options.MaxLength,
                options.Threads);
            foreach (FoundPattern pattern in search.Run(cancellationToken))
            {
                MinedRule rule = Rule(pattern.Items, direction);
                rules.Add(Key(rule), rule);
            }
        }

        long family = 0;
        double threshold = double.NegativeInfinity, tarone = double.NegativeInfinity;
        if (verify)
        {
            var test = new SignificanceTest(columns, sample, tails, options, cancellationToken);
            family = test.FamilySize;
            tarone = test.Tarone();
            threshold = options.Permutations > 0 ? test.WestfallYoung() : tarone;
            var filter = new SelfSufficient(
                sample, judge, packed, options.ProductiveLevel, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellationToken });
            foreach (SignificantPattern pattern in filter.Keep(test.Below(threshold)))
            {
                RuleDirection direction = pattern.IsUpper != sample.IsFlipped ? RuleDirection.Risk : RuleDirection.Protective;
                MinedRule rule = Rule(pattern.Items, direction) with { IsVerified = true };
                rules[Key(rule)] = rule;
            }
        }

        return new MineResult
        {
            Rules = [.. rules.Values
                .OrderBy(r => r.Direction)
                .ThenBy(r => r.LogP)
                .ThenBy(r => r.Items.Length)
                .ThenBy(r => string.Join(',', r.Items.Select(i => i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture))), StringComparer.Ordinal)],
            RowCount = rows,
            PositiveCount = n1,
            FamilySize = family,
            LogThreshold = threshold,
            TaroneLogThreshold = tarone,
            EventCount = sample.EventTotal,
            StratumCount = sample.Strata,
            Judge = judge,
        };

        MinedRule Rule(int[] positions, RuleDirection direction)
        {
            Evidence evidence = judge.OfPacked(SelfSufficient.Intersect(packed, positions, -1));
            ulong[] column = SelfSufficient.Intersect(columns, positions, -1);
            int covered = PatternSearch.Count(column), p = PatternSearch.CountAnd(column, labelBits);
            return new MinedRule
            {
                Items = [.. positions.Select(i => itemIds[i])],
                Direction = direction,
                Positives = p,
                Negatives = covered - p,
                Lift = (double)p / covered / baseRate,
                RateInterval = Wilson.Of(p, covered),
                Events = evidence.Events,
                Expected = evidence.Expected,
                LogP = evidence.LogP(direction),
                IsVerified = false,
            };
        }
    }

    private static string Key(MinedRule rule) => FormattableString.Invariant($"{rule.Direction} {string.Join(',', rule.Items)}");

    internal static int TotalSupport(MineOptions options, int rows) =>
        options.MinTotalSupport > 0 ? options.MinTotalSupport : Math.Max(10, (int)(0.001 * rows));

    /// <summary>Returns the confidence asked of the target class.</summary>
    /// <remarks>A lift above what a common class can reach is read from the other side: the rest shrinks by the same factor.</remarks>
    internal static double Confidence(MineOptions options, double targetRate, bool risk)
    {
        double other = 1 - ((1 - targetRate) / options.MinLift);
        double confidence = risk ? options.MinConfidence ?? Math.Min(options.MinLift * targetRate, other) : other;
        if (confidence <= targetRate)
        {
            throw new ModelException(
                "MDL-007", $"a confidence of {confidence:0.###}", $"more than the class's own rate of {targetRate:0.###}", "raise MinLift or MinConfidence");
        }

        return confidence;
    }

    internal static void CheckLabels(bool[] label, int rows)
    {
        if (rows == 0)
        {
            throw new ModelException("MDL-004", "0 rows", "at least one row", "check the snapshot dates and the load");
        }

        if (label.Length != rows)
        {
            throw new ModelException("MDL-008", $"{label.Length} labels", $"{rows}, one per row", "build labels and features from the same rows");
        }

        int positives = label.Count(y => y);
        if (positives == 0)
        {
            throw new ModelException("MDL-005", $"no positive label in {rows} rows", "some of each", "check the judgements and the label period");
        }

        if (positives == rows)
        {
            throw new ModelException("MDL-006", $"only positive labels in {rows} rows", "some of each", "include the children who were not judged to need support");
        }
    }
}
