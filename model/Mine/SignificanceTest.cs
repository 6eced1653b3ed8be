namespace Warehouse.Model.Mine;

/// <summary>A pattern of the family whose tail is below the threshold.</summary>
internal readonly record struct SignificantPattern(int[] Items, bool IsUpper, double LogP);

/// <summary>Finds the tail below which a pattern is verified with a bounded chance of any false one.</summary>
/// <remarks>
/// The family is free of labels: all patterns up to the length with enough rows, each in both directions. Filters that use
/// labels come afterwards and cannot break the bound. Sources: Tarone, Biometrics 46 (1990); Westfall, Young,
/// Resampling-Based Multiple Testing (1993); Llinares-López et al., KDD 2015; with strata Papaxanthos et al., NIPS 2016.
/// </remarks>
internal sealed class SignificanceTest
{
    // Logarithm of a tail that the threshold of all but the smallest families lies far below; where it does not, all tails are looked at.
    private static readonly double FirstBound = Math.Log(0.05);

    private readonly TestSample _sample;
    private readonly PatternFamily _family;
    private readonly MineOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly ulong[] _rowItems;
    private readonly int _rowWords;

    public SignificanceTest(ulong[][] columns, TestSample sample, TailTable tails, MineOptions options, CancellationToken cancellationToken)
    {
        _sample = sample;
        _options = options;
        _cancellationToken = cancellationToken;
        _family = new PatternFamily(columns, sample, tails, RuleMiner.TotalSupport(options, sample.Rows), options.MaxLength, Parallelism());
        _rowWords = Math.Max(1, (columns.Length + 63) / 64);
        _rowItems = new ulong[sample.Words * 64 * _rowWords];
        for (int i = 0; i < columns.Length; i++)
        {
            foreach (int position in TestSample.Positions(_family.Columns[i]))
            {
                _rowItems[(position * _rowWords) + (i >> 6)] |= 1UL << (i & 63);
            }
        }
    }

    /// <summary>Number of patterns in the family.</summary>
    public long FamilySize => _family.Size;

    /// <summary>Returns the logarithm of Tarone's threshold; a tail at or below it is significant without permutations.</summary>
    /// <remarks>With several strata every pattern counts as testable, which is Bonferroni's threshold.</remarks>
    public double Tarone()
    {
        // The smallest tail that any labelling can give a pattern: all of its stratum's events, or none, on its rows.
        var least = new Dictionary<double, long>();
        var byCell = new Dictionary<int, long>();
        foreach (int cell in _family.Cells.SelectMany(cells => cells))
        {
            if (cell >= 0)
            {
                byCell[cell] = byCell.GetValueOrDefault(cell) + 1;
            }
        }

        foreach ((int cell, long count) in byCell)
        {
            (double upper, double lower) = _family.Tails.Smallest(cell);
            Add(upper, count);
            Add(lower, count);
        }

        // The smallest divisor k such that at most k hypotheses can reach alpha / k.
        long low = 1, high = Math.Max(1, 2 * FamilySize);
        while (low < high)
        {
            long k = low + ((high - low) / 2);
            double threshold = Math.Log(_options.FamilyWiseError / k);
            long testable = least.Sum(l => l.Key <= threshold ? l.Value : 0);
            if (testable <= k)
            {
                high = k;
            }
            else
            {
                low = k + 1;
            }
        }

        return Math.Log(_options.FamilyWiseError / low);

        void Add(double log, long count) => least[log] = least.GetValueOrDefault(log) + count;
    }

    /// <summary>Returns the logarithm of the permutation threshold; a tail strictly below it is verified.</summary>
    public double WestfallYoung()
    {
        int draws = _options.Permutations;

        // With the observed labels counted among the draws, p is verified when (1 + draws at or below p) / (draws + 1) <= alpha.
        int place = (int)Math.Floor(_options.FamilyWiseError * (draws + 1)) - 1;
        if (place < 0)
        {
            return double.NegativeInfinity;
        }

        // Short patterns first: they bring the bound close to its final value before most of the work.
        int first = Math.Min(2, _family.Length);
        foreach (double bound in (double[])[FirstBound, 0])
        {
            var minimum = new double[draws];
            Pass(minimum, 1, first, place, bound);
            if (_family.Length > first)
            {
                Pass(minimum, first + 1, _family.Length, place, bound);
            }

            Array.Sort(minimum);
            if (minimum[place] <= bound)
            {
                return minimum[place];
            }
        }

        return 0;
    }

    /// <summary>Returns every pattern of the family whose tail is below a threshold, in the order of the search.</summary>
    public List<SignificantPattern> Below(double logThreshold)
    {
        var result = new List<SignificantPattern>();
        if (double.IsNegativeInfinity(logThreshold))
        {
            return result;
        }

        var batch = new DrawBatch(_family, _sample.EventTotal);
        batch.Load(_rowItems, _rowWords, [TestSample.Positions(_sample.Events)]);
        var limits = new TailLimits(_family.Tails, logThreshold, _sample.EventTotal);
        for (int first = 0; first < _family.Columns.Length; first++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            batch.Walk(first, 1, _family.Length, limits, (_, items, cell, count) =>
            {
                double upper = _family.Tails.LogUpper(cell, count), lower = _family.Tails.LogLower(cell, count);
                if (Math.Min(upper, lower) < logThreshold)
                {
                    result.Add(new SignificantPattern(items, upper <= lower, Math.Min(upper, lower)));
                }
            });
        }

        return result;
    }

    // Any bound at or above the final threshold gives the same threshold, so the order of the batches does not matter.
    private void Pass(double[] minimum, int from, int to, int place, double first)
    {
        var gate = new Lock();
        TailLimits limits = Limits();
        var spare = new System.Collections.Concurrent.ConcurrentBag<DrawBatch>();
        int batches = (minimum.Length + DrawBatch.Size - 1) / DrawBatch.Size;
        Parallel.For(0, batches, Parallelism(), b =>
        {
            int start = b * DrawBatch.Size;
            int count = Math.Min(DrawBatch.Size, minimum.Length - start);
            DrawBatch batch = spare.TryTake(out DrawBatch? free) ? free : new DrawBatch(_family, _sample.EventTotal);
            batch.Load(_rowItems, _rowWords, [.. Enumerable.Range(start, count).Select(j => _sample.Draw(_options.Seed, j))]);
            TailLimits own = limits;
            for (int first = 0; first < _family.Columns.Length; first++)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                batch.Walk(first, from, to, own, null);
            }

            lock (gate)
            {
                for (int j = 0; j < count; j++)
                {
                    minimum[start + j] = Math.Min(minimum[start + j], batch.Minimum[j]);
                }

                // A new table of limits costs about as much as a few thousand patterns.
                TailLimits next = Limits();
                limits = next.Bound < limits.Bound - 0.3 ? next : limits;
            }

            spare.Add(batch);
        });

        TailLimits Limits()
        {
            double[] sorted = [.. minimum];
            Array.Sort(sorted);
            return new TailLimits(_family.Tails, Math.Min(sorted[place], first), _sample.EventTotal);
        }
    }

    private ParallelOptions Parallelism() =>
        new() { MaxDegreeOfParallelism = Math.Max(1, _options.Threads), CancellationToken = _cancellationToken };
}
