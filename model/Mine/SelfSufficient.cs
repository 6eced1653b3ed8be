namespace Warehouse.Model.Mine;

/// <summary>Keeps those significant patterns of which every condition matters and that longer ones do not explain away.</summary>
/// <remarks>
/// Thousands of patterns are significant because they hold one strong condition. A pattern is kept when each of its conditions makes the
/// rate more extreme among the rows that the others cover, at the level divided by the number of items (productive), when it still
/// holds where none of the kept patterns that extend it adds anything (independently productive), and when it is no stand-in for
/// another pattern. Source: Webb, Vreeken, Efficient discovery of the most interesting associations, TKDD 8 (2014). It looks at labels, and
/// may: it only takes patterns away from a list whose family-wise error is bounded.
/// </remarks>
internal sealed class SelfSufficient(TestSample sample, RuleJudge judge, ulong[][] columns, double level, ParallelOptions parallel)
{
    // Share of the rows of either that both patterns cover.
    private const double NearCopy = 0.7;

    private readonly double _logLevel = Math.Log(level);

    // A pattern can be extended by any of the items: each extension is held to its share of the level.
    private readonly double _logExtension = Math.Log(level / Math.Max(1, columns.Length));

    /// <summary>Returns the patterns kept, in the order given.</summary>
    public List<SignificantPattern> Keep(List<SignificantPattern> patterns)
    {
        var isProductive = new bool[patterns.Count];
        Parallel.For(0, patterns.Count, parallel, i => isProductive[i] = IsProductive(patterns[i]));
        List<SignificantPattern> productive = [.. patterns.Where((_, i) => isProductive[i])];

        // Longest first: what a longer pattern explains may itself have been explained by a still longer one.
        ILookup<(bool, string), int[]>? extensions = null;
        var kept = new HashSet<int>();
        foreach (int length in productive.Select(p => p.Items.Length).Distinct().OrderDescending())
        {
            int[] level = [.. Enumerable.Range(0, productive.Count).Where(i => productive[i].Items.Length == length)];
            var isKept = new bool[productive.Count];
            ILookup<(bool, string), int[]>? longer = extensions;
            Parallel.ForEach(level, parallel, i => isKept[i] = longer is null || IsIndependent(productive[i], longer[(productive[i].IsUpper, Key(productive[i].Items))]));
            kept.UnionWith(level.Where(i => isKept[i]));
            extensions = kept
                .SelectMany(i => Rests(productive[i].Items).Select(part => (Key: (productive[i].IsUpper, Key(part.Inner)), part.Added)))
                .ToLookup(x => x.Key, x => x.Added);
        }

        return Unexplained([.. productive.Where((_, i) => kept.Contains(i))]);
    }

    // A condition that stands in for a pattern goes, and so does a near copy: it adds nothing among rows alike in the other pattern,
    // which itself still matters among rows alike in this one.
    private List<SignificantPattern> Unexplained(List<SignificantPattern> patterns)
    {
        ulong[][] rows = [.. patterns.Select(p => Intersect(columns, p.Items, -1))];
        var isExplained = new bool[patterns.Count];
        Parallel.For(0, patterns.Count, parallel, i =>
        {
            int own = PatternSearch.Count(rows[i]);
            for (int k = 0; k < patterns.Count && !isExplained[i]; k++)
            {
                if (k != i && patterns[k].IsUpper == patterns[i].IsUpper && (patterns[i].Items.Length == 1 || IsNearCopy(rows[i], rows[k], own)))
                {
                    isExplained[i] = Tail(judge.Given(rows[k], rows[i]), patterns[i]) > _logLevel
                        && Tail(judge.Given(rows[i], rows[k]), patterns[k]) <= _logLevel;
                }
            }
        });
        return [.. patterns.Where((_, i) => !isExplained[i])];

        static bool IsNearCopy(ulong[] x, ulong[] y, int countX)
        {
            int both = PatternSearch.CountAnd(x, y);
            return both >= NearCopy * (countX + PatternSearch.Count(y) - both);
        }
    }

    /// <summary>Returns the intersection of items, but for one of them; -1 leaves none out.</summary>
    public static ulong[] Intersect(ulong[][] columns, ReadOnlySpan<int> items, int leftOut)
    {
        ulong[]? result = null;
        for (int i = 0; i < items.Length; i++)
        {
            if (i == leftOut)
            {
                continue;
            }

            if (result is null)
            {
                result = (ulong[])columns[items[i]].Clone();
            }
            else
            {
                PatternSearch.And(result, columns[items[i]], result);
            }
        }

        return result!;
    }

    private static string Key(IEnumerable<int> items) => string.Join(',', items);

    // Every proper part of a pattern with what is left of it.
    private static IEnumerable<(int[] Inner, int[] Added)> Rests(int[] items)
    {
        for (int mask = 1; mask < (1 << items.Length) - 1; mask++)
        {
            yield return ([.. items.Where((_, i) => (mask >> i & 1) != 0)], [.. items.Where((_, i) => (mask >> i & 1) == 0)]);
        }
    }

    private bool IsProductive(SignificantPattern pattern)
    {
        if (pattern.Items.Length == 1)
        {
            return true;
        }

        ulong[] all = Intersect(columns, pattern.Items, -1);
        for (int i = 0; i < pattern.Items.Length; i++)
        {
            if (Tail(judge.Within(Intersect(columns, pattern.Items, i), all), pattern) > _logExtension)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsIndependent(SignificantPattern pattern, IEnumerable<int[]> rests)
    {
        ulong[] outside = [.. Enumerable.Repeat(ulong.MaxValue, sample.Words)];
        foreach (int[] rest in rests)
        {
            ulong[] covered = Intersect(columns, rest, -1);
            for (int w = 0; w < outside.Length; w++)
            {
                outside[w] &= ~covered[w];
            }
        }

        sample.ClearPadding(outside);
        ulong[] own = Intersect(columns, pattern.Items, -1);
        PatternSearch.And(own, outside, own);
        return Tail(judge.Within(outside, own), pattern) <= _logLevel;
    }

    private double Tail(Evidence evidence, SignificantPattern pattern) => pattern.IsUpper != sample.IsFlipped ? evidence.LogUpper : evidence.LogLower;
}
