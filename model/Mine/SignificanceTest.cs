using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Warehouse.Model.Items;

namespace Warehouse.Model.Mine;

/// <summary>Finds the p-value below which a rule is verified with a bounded chance of any false one.</summary>
/// <remarks>
/// The family is free of labels: all patterns up to the length with enough rows, each in both directions, one per set of rows
/// as far as the search sees it. Filters that use labels come afterwards and cannot break the bound.
/// Sources: Tarone, Biometrics 46 (1990); Westfall, Young, Resampling-Based Multiple Testing (1993);
/// Llinares-López et al., KDD 2015 (Westfall-Young light).
/// Cost: O(family × permutations × rows of the smaller class / 64). Memory: items × permutations × smaller class / 8 bytes per batch.
/// </remarks>
internal sealed class SignificanceTest
{
    // Keeps the packed permutations of all threads together below about 200 MB.
    private const long BatchBytes = 96L << 20;

    private readonly ulong[][] _columns;
    private readonly int _rows;
    private readonly MineOptions _options;
    private readonly int _minSupport;
    private readonly bool[] _complementsPrevious;
    private readonly int[][] _supports;

    public SignificanceTest(ulong[][] columns, int rows, int minSupport, MineOptions options, CancellationToken cancellationToken)
    {
        _columns = columns;
        _rows = rows;
        _options = options;
        _minSupport = minSupport;
        _complementsPrevious = new bool[columns.Length];
        for (int i = 1; i < columns.Length; i++)
        {
            _complementsPrevious[i] = PatternSearch.Count(columns[i]) + PatternSearch.Count(columns[i - 1]) == rows
                && PatternSearch.CountAnd(columns[i], columns[i - 1]) == 0;
        }

        _supports = new int[columns.Length][];
        Histogram = new long[rows + 1];
        Parallel.For(0, columns.Length, Parallelism(cancellationToken), first => _supports[first] = Enumerate(first));
        foreach (int[] supports in _supports)
        {
            foreach (int support in supports)
            {
                if (support > 0)
                {
                    Histogram[support]++;
                    FamilySize++;
                }
            }
        }
    }

    /// <summary>Number of patterns per number of rows covered.</summary>
    public long[] Histogram { get; }

    /// <summary>Number of patterns in the family.</summary>
    public long FamilySize { get; }

    /// <summary>Returns the logarithm of Tarone's threshold and the smallest support that is testable at it.</summary>
    public (double LogThreshold, int MinSupport) Tarone(int positives)
    {
        var fisher = new Fisher(_rows, positives);
        var least = new List<(double LogMinimum, long Count, int Support)>();
        for (int x = 1; x <= _rows; x++)
        {
            if (Histogram[x] > 0)
            {
                least.Add((fisher.LogProbability(x, fisher.MostPositives(x)), Histogram[x], x));
                least.Add((fisher.LogProbability(x, fisher.LeastPositives(x)), Histogram[x], x));
            }
        }

        // The smallest divisor k such that at most k hypotheses can reach alpha / k.
        long low = 1, high = Math.Max(1, 2 * FamilySize);
        while (low < high)
        {
            long k = low + ((high - low) / 2);
            double threshold = Math.Log(_options.FamilyWiseError / k);
            long testable = least.Sum(l => l.LogMinimum <= threshold ? l.Count : 0);
            if (testable <= k)
            {
                high = k;
            }
            else
            {
                low = k + 1;
            }
        }

        double found = Math.Log(_options.FamilyWiseError / low);
        return (found, least.Where(l => l.LogMinimum <= found).Select(l => l.Support).DefaultIfEmpty(0).Min());
    }

    /// <summary>Returns the logarithm of the permutation threshold; a p-value strictly below it is verified.</summary>
    public double WestfallYoung(bool[] label, long[]? groups, CancellationToken cancellationToken)
    {
        int draws = _options.Permutations;

        // With the observed labels counted among the draws, p is verified when (1 + draws at or below p) / (draws + 1) <= alpha.
        int place = (int)Math.Floor(_options.FamilyWiseError * (draws + 1)) - 1;
        if (place < 0)
        {
            return double.NegativeInfinity;
        }

        int positives = label.Count(y => y);
        bool packPositives = positives <= _rows - positives;
        int packed = packPositives ? positives : _rows - positives;
        int words = Math.Max(1, BitColumns.WordsFor(packed));
        long perDraw = (long)_columns.Length * words * sizeof(ulong);
        int batch = (int)Math.Clamp(BatchBytes / perDraw, 8, Math.Max(8, (draws + 3) / 4));
        int batches = (draws + batch - 1) / batch;
        var permutation = new LabelPermutation(_rows, groups);
        var fisher = new Fisher(_rows, positives);
        var minimum = new double[draws];
        Parallel.For(0, batches, Parallelism(cancellationToken), b =>
        {
            int from = b * batch;
            int count = Math.Min(batch, draws - from);
            var pass = new Batch(this, fisher, count, words, packPositives, place);
            for (int j = 0; j < count; j++)
            {
                pass.Pack(j, permutation.Draw(label, _options.Seed, from + j));
            }

            pass.Run(cancellationToken);
            pass.Minimum.CopyTo(minimum.AsSpan(from));
        });
        Array.Sort(minimum);
        return minimum[place];
    }

    private ParallelOptions Parallelism(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, _options.Threads), CancellationToken = cancellationToken };

    // Supports of all patterns that start with an item, in depth-first order; 0 marks a branch left out.
    private int[] Enumerate(int first)
    {
        var supports = new List<int>();
        int support = PatternSearch.Count(_columns[first]);
        if (support < _minSupport)
        {
            return [0];
        }

        supports.Add(support);
        var buffers = new ulong[_options.MaxLength + 1][];
        for (int d = 2; d < _options.MaxLength; d++)
        {
            buffers[d] = new ulong[_columns[first].Length];
        }

        buffers[1] = _columns[first];
        Visit(1, first, support);
        return [.. supports];

        void Visit(int depth, int last, int parentSupport)
        {
            if (depth == _options.MaxLength)
            {
                return;
            }

            ulong[] parent = buffers[depth];
            int previous = 0;
            for (int c = last + 1; c < _columns.Length; c++)
            {
                int x = c > last + 1 && _complementsPrevious[c]
                    ? parentSupport - previous
                    : PatternSearch.CountAnd(parent, _columns[c]);
                previous = x;
                if (x < _minSupport || x == parentSupport)
                {
                    supports.Add(0);
                    continue;
                }

                supports.Add(x);
                if (depth + 1 < _options.MaxLength)
                {
                    PatternSearch.And(parent, _columns[c], buffers[depth + 1]);
                    Visit(depth + 1, c, x);
                }
            }
        }
    }

    /// <summary>Some permutations, taken through the whole family together.</summary>
    private sealed class Batch
    {
        private readonly SignificanceTest _test;
        private readonly Fisher _fisher;
        private readonly int _draws;
        private readonly int _words;
        private readonly bool _packPositives;
        private readonly int _place;
        private readonly ulong[][] _bits;
        private readonly int[] _least;
        private readonly int[] _most;
        private double _bound;

        public Batch(SignificanceTest test, Fisher fisher, int draws, int words, bool packPositives, int place)
        {
            _test = test;
            _fisher = fisher;
            _draws = draws;
            _words = words;
            _packPositives = packPositives;
            _place = place;
            _bits = [.. test._columns.Select(_ => new ulong[draws * words])];
            _least = new int[test._rows + 1];
            _most = new int[test._rows + 1];
            Minimum = new double[draws];
        }

        /// <summary>Smallest log p-value per draw; exact wherever it matters for the threshold.</summary>
        public double[] Minimum { get; }

        public void Pack(int draw, bool[] label)
        {
            int[] rows = new int[_words * 64];
            int count = 0;
            for (int row = 0; row < label.Length; row++)
            {
                if (label[row] == _packPositives)
                {
                    rows[count++] = row;
                }
            }

            for (int item = 0; item < _bits.Length; item++)
            {
                ulong[] source = _test._columns[item];
                Span<ulong> target = _bits[item].AsSpan(draw * _words, _words);
                for (int w = 0; w < _words; w++)
                {
                    int end = Math.Min(64, count - (w * 64));
                    ulong word = 0;
                    for (int i = 0; i < end; i++)
                    {
                        int row = rows[(w * 64) + i];
                        word |= (source[row >> 6] >> (row & 63) & 1) << i;
                    }

                    target[w] = word;
                }
            }
        }

        public void Run(CancellationToken cancellationToken)
        {
            // Short patterns first: they bring the bound close to its final value before most of the work.
            _bound = 0;
            int length = _test._options.MaxLength;
            for (int limit = Math.Min(1, length); ; limit = limit == 1 && length > 2 ? 2 : length)
            {
                Array.Fill(_most, int.MinValue);
                for (int first = 0; first < _bits.Length; first++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Walk(first, limit);
                }

                if (limit >= length)
                {
                    return;
                }
            }
        }

        private void Walk(int first, int limit)
        {
            int[] supports = _test._supports[first];
            if (supports[0] == 0)
            {
                return;
            }

            int length = _test._options.MaxLength;
            var counts = new int[length + 1][];
            var spare = new int[length + 1][];
            var buffers = new ulong[length + 1][];
            for (int d = 1; d <= length; d++)
            {
                counts[d] = new int[_draws];
                spare[d] = new int[_draws];
                buffers[d] = d is 1 ? _bits[first] : d < length ? new ulong[_bits[first].Length] : [];
            }

            for (int j = 0; j < _draws; j++)
            {
                counts[1][j] = PatternSearch.Count(_bits[first].AsSpan(j * _words, _words));
            }

            Judge(supports[0], counts[1]);
            int position = 1;
            Visit(1, first);

            void Visit(int depth, int last)
            {
                if (depth == length)
                {
                    return;
                }

                ulong[] parent = buffers[depth];
                int[] parentCounts = counts[depth];
                bool previousCounted = false;
                for (int c = last + 1; c < _bits.Length; c++)
                {
                    int x = supports[position++];
                    if (x == 0)
                    {
                        previousCounted = false;
                        continue;
                    }

                    if (depth + 1 > limit)
                    {
                        if (depth + 1 < length)
                        {
                            Visit(depth + 1, c);
                        }

                        continue;
                    }

                    bool fromComplement = previousCounted && _test._complementsPrevious[c];
                    int[] own;
                    if (fromComplement)
                    {
                        own = counts[depth + 1];
                        int[] complement = spare[depth + 1];
                        for (int j = 0; j < own.Length; j++)
                        {
                            own[j] = parentCounts[j] - complement[j];
                        }
                    }
                    else
                    {
                        own = counts[depth + 1];
                        CountAll(parent, _bits[c], own);
                    }

                    previousCounted = true;
                    Judge(x, own);
                    own.CopyTo(spare[depth + 1].AsSpan());
                    if (depth + 1 < length)
                    {
                        if (depth + 1 < limit)
                        {
                            PatternSearch.And(parent, _bits[c], buffers[depth + 1]);
                        }

                        Visit(depth + 1, c);
                    }
                }
            }
        }

        // Both arrays hold draws × words; this loop is nearly all of the time of the test.
        private void CountAll(ulong[] x, ulong[] y, int[] counts)
        {
            int words = _words;
            ref ulong left = ref MemoryMarshal.GetArrayDataReference(x);
            ref ulong right = ref MemoryMarshal.GetArrayDataReference(y);
            nint position = 0;
            for (int j = 0; j < counts.Length; j++)
            {
                int even = 0, odd = 0, w = 0;
                for (; w + 1 < words; w += 2, position += 2)
                {
                    even += BitOperations.PopCount(Unsafe.Add(ref left, position) & Unsafe.Add(ref right, position));
                    odd += BitOperations.PopCount(Unsafe.Add(ref left, position + 1) & Unsafe.Add(ref right, position + 1));
                }

                if (w < words)
                {
                    even += BitOperations.PopCount(Unsafe.Add(ref left, position) & Unsafe.Add(ref right, position));
                    position++;
                }

                counts[j] = even + odd;
            }
        }

        private void Judge(int x, int[] counts)
        {
            if (_most[x] == int.MinValue)
            {
                Limits(x);
            }

            // Counts of the packed class outside [least, most] reach the bound in one direction or the other.
            int least = _least[x], most = _most[x];
            bool lowered = false;
            for (int j = 0; j < counts.Length; j++)
            {
                int k = counts[j];
                if (k >= least && k <= most)
                {
                    continue;
                }

                int positives = _packPositives ? k : x - k;
                double p = Math.Min(_fisher.LogUpper(x, positives), _fisher.LogLower(x, positives));
                if (p < Minimum[j])
                {
                    Minimum[j] = p;
                    lowered = true;
                }
            }

            if (lowered)
            {
                Lower();
            }
        }

        // The final threshold is at most the value in this place among these draws alone.
        private void Lower()
        {
            if (_place >= _draws)
            {
                return;
            }

            double[] sorted = [.. Minimum];
            Array.Sort(sorted);
            double bound = sorted[_place];

            // Limits from an older bound are wider than needed, never wrong; they are renewed when it pays.
            if (bound < _bound - 0.7)
            {
                _bound = bound;
                Array.Fill(_most, int.MinValue);
            }
        }

        private void Limits(int x)
        {
            double mean = (double)x * Positives / _test._rows;
            int upper = Math.Clamp((int)mean, _fisher.LeastPositives(x), _fisher.MostPositives(x));
            int lower = upper;

            // Doubling steps, then halving: the first count above and the last below that reach the bound.
            int high = _fisher.MostPositives(x) + 1;
            int low = upper;
            for (int step = 1; low + step < high; step *= 2)
            {
                if (_fisher.LogUpper(x, low + step) <= _bound)
                {
                    high = low + step;
                    break;
                }

                low += step;
            }

            while (low < high)
            {
                int middle = low + ((high - low) / 2);
                if (_fisher.LogUpper(x, middle) <= _bound)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            upper = high;
            low = _fisher.LeastPositives(x) - 1;
            high = lower;
            for (int step = 1; high - step > low; step *= 2)
            {
                if (_fisher.LogLower(x, high - step) <= _bound)
                {
                    low = high - step;
                    break;
                }

                high -= step;
            }

            while (low < high)
            {
                int middle = high - ((high - low) / 2);
                if (_fisher.LogLower(x, middle) <= _bound)
                {
                    low = middle;
                }
                else
                {
                    high = middle - 1;
                }
            }

            lower = low;
            _least[x] = _packPositives ? lower + 1 : x - upper + 1;
            _most[x] = _packPositives ? upper - 1 : x - lower - 1;
        }

        private int Positives => _fisher.MostPositives(_test._rows);
    }
}
