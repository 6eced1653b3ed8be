using System.Numerics;
using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>All conjunctions of up to three items, negations among them, in the rows of one fit; priced exactly without being listed.</summary>
/// <remarks>
/// Items that are each other's complement share one variable. Sums over rows are taken for conjunctions of variables only, row by row, from the short list of
/// variables that hold there; those with negations follow by inclusion and exclusion (x ∧ ¬y is x less x ∧ y), eight conjunctions for every three variables.
/// Pairs whose rows cannot reach the threshold, in either direction, are not extended; nor are pairs of which the safe sphere of the duality gap shows that
/// no extension has a weight at the optimum (Ndiaye, Fercoq, Gramfort, Salmon, JMLR 18, 2017; Nakagawa and others, KDD 2016, for trees of patterns).
/// Cost: O(Σ rows k³) for rows with k variables, plus O(variables³). The result does not depend on the number of threads.
/// </remarks>
internal sealed class ConjunctionFamily : ITermFamily
{
    /// <summary>Longest conjunction that can be priced.</summary>
    public const int LongestTerm = 3;

    // Per first variable; a round adds far fewer over all.
    private const int CandidatesPerVariable = 24;

    private readonly FitRows _rows;
    private readonly Literal[] _singles;
    private readonly int[] _positive;
    private readonly int[] _negative;
    private readonly WeightSign[] _signs;
    private readonly ulong[][] _bits;
    private readonly double[] _factor;
    private readonly int _length;
    private readonly int _minRows;
    private readonly ParallelOptions _parallel;

    // Variables of each row, ascending; and for each variable its rows with the place in the row's list behind it.
    private readonly int[] _rowStart;
    private readonly int[] _rowVariables;
    private readonly int[][] _variableRows;
    private readonly int[][] _variablePlaces;
    private readonly double[] _weight1;
    private readonly double[] _weight2;
    private readonly byte[] _screened;
    private readonly double[] _p1;
    private readonly double[] _n1;
    private readonly double[] _p2;
    private readonly double[] _n2;

    /// <summary>Prepares the family.</summary>
    /// <param name="rows">Rows of the fit.</param>
    /// <param name="bits">Per item, the rows in which it holds.</param>
    /// <param name="combined">Items that are combined; all others are offered alone.</param>
    /// <param name="signs">Limits of each item.</param>
    /// <param name="options">Length, growth of the penalty and least number of rows.</param>
    public ConjunctionFamily(FitRows rows, ulong[][] bits, bool[] combined, WeightSign[] signs, ConjunctionOptions options)
    {
        _rows = rows;
        _bits = bits;
        _signs = signs;
        _length = options.MaxLength;
        _minRows = options.MinRows;
        _factor = [0, 1, Math.Pow(2, options.Growth), Math.Pow(3, options.Growth)];
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = options.CancellationToken };
        var padding = rows.Count % 64 == 0 ? ulong.MaxValue : (1UL << (rows.Count % 64)) - 1;
        int[] counts = [.. bits.Select(Count)];
        int[] complement = Complements(bits, counts, rows.Count, padding);
        bool Varies(int i) => counts[i] > 0 && counts[i] < rows.Count;

        // Alone, an item and its complement are the same term with the bias moved and the sign turned; the rarer one makes shorter lists.
        bool IsRarer(int i) => counts[i] < counts[complement[i]] || (counts[i] == counts[complement[i]] && i < complement[i]);
        _singles = [.. Enumerable.Range(0, bits.Length)
            .Where(i => Varies(i) && counts[i] >= _minRows && signs[i] != WeightSign.None
                && (complement[i] < 0 || IsRarer(i) || signs[i] != Turned(signs[complement[i]])))
            .Select(i => new Literal(i, RowsOf(bits[i])))];
        int[] variables = [.. Enumerable.Range(0, bits.Length).Where(i => combined[i] && Varies(i)
            && (complement[i] < 0 || !combined[complement[i]] || IsRarer(i)))];
        _positive = variables;
        _negative = [.. variables.Select(i => complement[i] >= 0 && combined[complement[i]] ? complement[i] : -1)];
        int m = variables.Length;
        _variableRows = [.. variables.Select(i => RowsOf(bits[i]))];
        _variablePlaces = [.. _variableRows.Select(r => new int[r.Length])];
        _rowStart = new int[rows.Count + 1];
        foreach (int row in _variableRows.SelectMany(r => r))
        {
            _rowStart[row + 1]++;
        }

        for (int r = 0; r < rows.Count; r++)
        {
            _rowStart[r + 1] += _rowStart[r];
        }

        _rowVariables = new int[_rowStart[^1]];
        int[] next = _rowStart[..^1];
        for (int v = 0; v < m; v++)
        {
            for (int k = 0; k < _variableRows[v].Length; k++)
            {
                _rowVariables[next[_variableRows[v][k]]++] = v;
                _variablePlaces[v][k] = next[_variableRows[v][k]];
            }
        }

        (_p1, _n1, _p2, _n2) = (new double[m], new double[m], new double[m * m], new double[m * m]);
        (_weight1, _weight2) = (new double[m], new double[m * m]);
        _screened = new byte[m * m];
        if (_length >= 2)
        {
            AddPairs(rows.Weight);
            for (int v = 0; v < m; v++)
            {
                _weight1[v] = _p1[v] + _n1[v];
            }

            for (int i = 0; i < _weight2.Length; i++)
            {
                _weight2[i] = _p2[i] + _n2[i];
            }
        }
    }

    /// <summary>Variables that are combined.</summary>
    public int VariableCount => _positive.Length;

    public void Reset() => Array.Clear(_screened);

    public Priced Price(double[] pull, double threshold, int most, double radius, IReadOnlySet<ulong>? known)
    {
        var found = new List<Candidate>();
        int positives = _rows.PositiveCount;
        foreach (Literal single in _singles)
        {
            double sum = 0;
            foreach (int row in single.Rows)
            {
                sum += row < positives ? pull[row] : -pull[row];
            }

            if (Math.Abs(sum) > threshold && _signs[single.Item].Permits(sum) && known?.Contains(Term.KeyOf(single.Item, -1, -1)) != true)
            {
                found.Add(new Candidate(Math.Abs(sum), single.Item, -1, -1));
            }
        }

        int m = _positive.Length;
        if (_length >= 2 && m >= 2)
        {
            AddPairs(pull);
            var byVariable = new List<Candidate>[m];
            double allWeight = _rows.Weight.Sum(), all = 0;
            for (int i = 0; i < positives; i++)
            {
                all += pull[i];
            }

            Parallel.For(0, m, _parallel, () => new double[m * m], (v, _, sums) =>
            {
                byVariable[v] = new Search(this, v, pull, threshold, radius, all, allWeight, sums, known).Run();
                return sums;
            }, _ => { });
            found.AddRange(byVariable.SelectMany(list => list));
        }

        found.Sort(Candidate.Order);
        var terms = new List<Term>(Math.Min(most, found.Count));
        foreach (Candidate candidate in found.Take(most))
        {
            int[] items = candidate.Items();
            terms.Add(new Term(items, RowsOf(Intersect(items)), WeightSigns.Of(_signs, items), _factor[items.Length]));
        }

        return new Priced(found.Count > 0 ? found[0].Ratio : threshold, terms);
    }

    private ulong[] Intersect(int[] items)
    {
        var rows = (ulong[])_bits[items[0]].Clone();
        for (int i = 1; i < items.Length; i++)
        {
            ulong[] other = _bits[items[i]];
            for (int w = 0; w < rows.Length; w++)
            {
                rows[w] &= other[w];
            }
        }

        return rows;
    }

    private bool IsSupported(int a, int b, int c)
    {
        int count = 0;
        ulong[] x = _bits[a], y = _bits[b], z = _bits[c];
        for (int w = 0; w < x.Length; w++)
        {
            count += BitOperations.PopCount(x[w] & y[w] & z[w]);
            if (count >= _minRows)
            {
                return true;
            }
        }

        return false;
    }

    // Sums over positives and negatives for every variable and every two of them.
    private void AddPairs(double[] value)
    {
        int m = _positive.Length;
        Parallel.For(0, m, _parallel, v =>
        {
            Span<double> p = _p2.AsSpan(v * m, m), n = _n2.AsSpan(v * m, m);
            p.Clear();
            n.Clear();
            int[] rows = _variableRows[v], places = _variablePlaces[v];
            double up = 0, down = 0;
            for (int k = 0; k < rows.Length; k++)
            {
                int row = rows[k];
                double x = value[row];
                bool isPositive = row < _rows.PositiveCount;
                Span<double> target = isPositive ? p : n;
                (up, down) = isPositive ? (up + x, down) : (up, down + x);
                foreach (int u in _rowVariables.AsSpan(places[k], _rowStart[row + 1] - places[k]))
                {
                    target[u] += x;
                }
            }

            (_p1[v], _n1[v]) = (up, down);
        });
    }

    // Items of the same feature have no common complement unless every value is recorded; only rows decide here.
    private static int[] Complements(ulong[][] bits, int[] counts, int rows, ulong padding)
    {
        var byHash = new Dictionary<ulong, List<int>>();
        for (int i = 0; i < bits.Length; i++)
        {
            ulong hash = ItemEncoder.Hash(bits[i]);
            (byHash.TryGetValue(hash, out List<int>? same) ? same : byHash[hash] = []).Add(i);
        }

        var result = new int[bits.Length];
        var inverse = new ulong[bits.Length == 0 ? 0 : bits[0].Length];
        for (int i = 0; i < bits.Length; i++)
        {
            result[i] = -1;
            for (int w = 0; w < inverse.Length; w++)
            {
                inverse[w] = ~bits[i][w];
            }

            if (inverse.Length > 0)
            {
                inverse[^1] &= padding;
            }

            foreach (int j in byHash.GetValueOrDefault(ItemEncoder.Hash(inverse), []))
            {
                // The first of equal ones, and only where each is the other's: a pairing, not a chain.
                if (counts[i] + counts[j] == rows && bits[j].AsSpan().SequenceEqual(inverse) && (j > i || result[j] == i) && !result.AsSpan(0, i).Contains(j))
                {
                    result[i] = j;
                    break;
                }
            }
        }

        return result;
    }

    private static WeightSign Turned(WeightSign sign) => sign switch
    {
        WeightSign.NotNegative => WeightSign.NotPositive,
        WeightSign.NotPositive => WeightSign.NotNegative,
        _ => sign,
    };

    private static int Count(ulong[] words) => words.Sum(BitOperations.PopCount);

    private static int[] RowsOf(ulong[] words)
    {
        var rows = new int[Count(words)];
        int next = 0;
        for (int w = 0; w < words.Length; w++)
        {
            for (ulong left = words[w]; left != 0; left &= left - 1)
            {
                rows[next++] = (w << 6) + BitOperations.TrailingZeroCount(left);
            }
        }

        return rows;
    }

    private readonly record struct Literal(int Item, int[] Rows);

    private readonly record struct Candidate(double Ratio, int A, int B, int C)
    {
        // Strongest first; of equal ones the shorter, then the one of lower ids: the same whatever the threads.
        public static readonly Comparison<Candidate> Order = (x, y) =>
            x.Ratio != y.Ratio ? y.Ratio.CompareTo(x.Ratio)
            : x.Length != y.Length ? x.Length.CompareTo(y.Length)
            : x.Items().AsSpan().SequenceCompareTo(y.Items());

        private int Length => B < 0 ? 1 : C < 0 ? 2 : 3;

        public ulong Key
        {
            get
            {
                int[] items = Items();
                return Term.KeyOf(items[0], items.Length > 1 ? items[1] : -1, items.Length > 2 ? items[2] : -1);
            }
        }

        public int[] Items()
        {
            int[] items = B < 0 ? [A] : C < 0 ? [A, B] : [A, B, C];
            Array.Sort(items);
            return items;
        }
    }

    // Prices all pairs and triples whose first variable is v.
    private readonly ref struct Search(
        ConjunctionFamily family, int v, double[] pull, double threshold, double radius, double all, double allWeight, double[] sums, IReadOnlySet<ulong>? known)
    {
        private readonly PriorityQueue<Candidate, double> _best = new();
        private readonly int _m = family._positive.Length;

        public List<Candidate> Run()
        {
            int[] positive = family._positive, negative = family._negative;
            double pairLimit = threshold * family._factor[2], tripleLimit = threshold * family._factor[3];
            var open = new byte[_m];
            double p1 = family._p1[v], n1 = family._n1[v], w1 = family._weight1[v];
            Span<double> p = stackalloc double[4], n = stackalloc double[4];
            for (int u = v + 1; u < _m; u++)
            {
                int at = (v * _m) + u;
                Four(p, family._p2[at], p1, family._p1[u], all);
                Four(n, family._n2[at], n1, family._n1[u], all);
                for (int k = 0; k < 4; k++)
                {
                    int a = (k & 1) == 0 ? positive[v] : negative[v], b = (k & 2) == 0 ? positive[u] : negative[u];
                    if (a < 0 || b < 0 || (family._signs[a] | family._signs[b]) is var sign && sign == WeightSign.None)
                    {
                        continue;
                    }

                    double sum = p[k] - n[k];
                    if (Math.Abs(sum) > pairLimit && sign.Permits(sum))
                    {
                        Offer(new Candidate(Math.Abs(sum) / family._factor[2], a, b, -1));
                    }

                    // Rows only get fewer: no extension pulls harder than all positives, or all negatives, of the pair.
                    double bound = Math.Max(sign.Permits(1) ? p[k] : 0, sign.Permits(-1) ? n[k] : 0);
                    if (bound > tripleLimit && (family._screened[at] >> k & 1) == 0)
                    {
                        open[u] |= (byte)(1 << k);
                    }
                }
            }

            if (family._length >= 3)
            {
                AddTriples(open);
                for (int u = v + 1; u < _m; u++)
                {
                    if (open[u] != 0)
                    {
                        PriceTriples(u, open[u], tripleLimit, w1);
                    }
                }
            }

            var list = new List<Candidate>(_best.Count);
            while (_best.TryDequeue(out Candidate candidate, out _))
            {
                list.Add(candidate);
            }

            return list;
        }

        private void AddTriples(byte[] open)
        {
            for (int u = v + 1; u < _m; u++)
            {
                if (open[u] != 0)
                {
                    sums.AsSpan((u * _m) + u + 1, _m - u - 1).Clear();
                }
            }

            int[] rows = family._variableRows[v], places = family._variablePlaces[v];
            for (int k = 0; k < rows.Length; k++)
            {
                int row = rows[k];
                double x = row < family._rows.PositiveCount ? pull[row] : -pull[row];
                ReadOnlySpan<int> rest = family._rowVariables.AsSpan(places[k], family._rowStart[row + 1] - places[k]);
                for (int i = 0; i + 1 < rest.Length; i++)
                {
                    int u = rest[i];
                    if (open[u] == 0)
                    {
                        continue;
                    }

                    Span<double> target = sums.AsSpan(u * _m, _m);
                    foreach (int w in rest[(i + 1)..])
                    {
                        target[w] += x;
                    }
                }
            }
        }

        private void PriceTriples(int u, byte open, double limit, double w1)
        {
            int[] positive = family._positive, negative = family._negative;
            WeightSign[] signs = family._signs;
            int at = (v * _m) + u;
            double sv = family._p1[v] - family._n1[v], su = family._p1[u] - family._n1[u], svu = family._p2[at] - family._n2[at];
            Span<double> vu = stackalloc double[4], weight = stackalloc double[4];
            Four(vu, svu, sv, su, 0);
            Four(weight, family._weight2[at], w1, family._weight1[u], allWeight);
            Span<double> strongest = stackalloc double[4];
            ReadOnlySpan<double> triples = sums.AsSpan(u * _m, _m);
            Span<double> s = stackalloc double[4];
            for (int w = u + 1; w < _m; w++)
            {
                int vw = (v * _m) + w, uw = (u * _m) + w;
                double sw = family._p1[w] - family._n1[w];

                // The four pairs with w; without w they are what is left of the pair.
                double svw = family._p2[vw] - family._n2[vw], suw = family._p2[uw] - family._n2[uw], svuw = triples[w];
                s[0] = svuw;
                s[1] = suw - svuw;
                s[2] = svw - svuw;
                s[3] = sw - svw - suw + svuw;
                for (int k = 0; k < 4; k++)
                {
                    if ((open >> k & 1) == 0)
                    {
                        continue;
                    }

                    double with = s[k], without = vu[k] - s[k];
                    double larger = Math.Max(Math.Abs(with), Math.Abs(without));
                    if (larger <= strongest[k] && larger <= limit)
                    {
                        continue;
                    }

                    int a = (k & 1) == 0 ? positive[v] : negative[v], b = (k & 2) == 0 ? positive[u] : negative[u];
                    WeightSign pair = signs[a] | signs[b];
                    if (positive[w] is var c && (pair | signs[c]) is var sign && sign != WeightSign.None && sign.Permits(with))
                    {
                        strongest[k] = Math.Max(strongest[k], Math.Abs(with));
                        OfferTriple(with, limit, a, b, c);
                    }

                    if (negative[w] >= 0 && (pair | signs[negative[w]]) is var other && other != WeightSign.None && other.Permits(without))
                    {
                        strongest[k] = Math.Max(strongest[k], Math.Abs(without));
                        OfferTriple(without, limit, a, b, negative[w]);
                    }
                }
            }

            for (int k = 0; k < 4; k++)
            {
                // At the optimum no extension reaches its penalty, so none has a weight there.
                if ((open >> k & 1) != 0 && strongest[k] + (radius * Math.Sqrt(Math.Max(0, weight[k]))) < limit)
                {
                    family._screened[at] |= (byte)(1 << k);
                }
            }
        }

        private void OfferTriple(double sum, double limit, int a, int b, int c)
        {
            if (Math.Abs(sum) > limit)
            {
                Offer(new Candidate(Math.Abs(sum) / family._factor[3], a, b, c));
            }
        }

        private void Offer(Candidate candidate)
        {
            if (_best.Count >= CandidatesPerVariable)
            {
                // The weakest leaves; ties keep what came first, which is the same in every run.
                _best.TryPeek(out _, out double weakest);
                if (candidate.Ratio <= weakest)
                {
                    return;
                }
            }

            if (known is not null && known.Contains(candidate.Key))
            {
                return;
            }

            if (!family.IsSupported(candidate.A, candidate.B, candidate.C < 0 ? candidate.B : candidate.C))
            {
                return;
            }

            if (_best.Count >= CandidatesPerVariable)
            {
                _best.Dequeue();
            }

            _best.Enqueue(candidate, candidate.Ratio);
        }

        // Both, the second alone, the first alone, neither: bit 0 negates the first, bit 1 the second.
        private static void Four(Span<double> target, double both, double first, double second, double all)
        {
            target[0] = both;
            target[1] = second - both;
            target[2] = first - both;
            target[3] = all - first - second + both;
        }
    }
}

/// <summary>Which conjunctions a fit chooses from.</summary>
internal sealed record ConjunctionOptions
{
    /// <summary>Greatest number of items, 1 to <see cref="ConjunctionFamily.LongestTerm"/>.</summary>
    public int MaxLength { get; init; } = 3;

    /// <summary>Power of the length by which the penalty grows.</summary>
    public double Growth { get; init; } = 0.5;

    /// <summary>Smallest number of rows of the fit in which a conjunction holds.</summary>
    public int MinRows { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Stops the search.</summary>
    public CancellationToken CancellationToken { get; init; }
}
