namespace Warehouse.Model.Mine;

/// <summary>The family of patterns that is tested: every conjunction up to a length with enough rows, whatever their label.</summary>
/// <remarks>
/// Items are visited in ascending order, depth first. A pattern that covers the same rows as the one it extends is left out together with
/// what extends it: the shorter one stands for both. Kept: one cell of <see cref="TailTable"/> per pattern visited,
/// -1 where a branch is left out, so that later passes need not count rows again.
/// Cost: O(family × words). Memory: four bytes per pattern visited.
/// </remarks>
internal sealed class PatternFamily
{
    private readonly TestSample _sample;
    private readonly int _minSupport;
    private readonly int _length;
    private readonly bool[] _complementsPrevious;

    public PatternFamily(ulong[][] columns, TestSample sample, TailTable tails, int minSupport, int length, ParallelOptions parallel)
    {
        _sample = sample;
        _minSupport = minSupport;
        _length = length;
        Columns = [.. columns.Select(sample.Pack)];
        Tails = tails;
        _complementsPrevious = new bool[columns.Length];
        for (int i = 1; i < columns.Length; i++)
        {
            _complementsPrevious[i] = PatternSearch.Count(Columns[i]) + PatternSearch.Count(Columns[i - 1]) == sample.Rows
                && PatternSearch.CountAnd(Columns[i], Columns[i - 1]) == 0;
        }

        Cells = new int[columns.Length][];
        var sizes = new long[columns.Length];
        Parallel.For(0, columns.Length, parallel, first => (Cells[first], sizes[first]) = Enumerate(first));
        Size = sizes.Sum();
    }

    /// <summary>The items over the rows of the sample.</summary>
    public ulong[][] Columns { get; }

    /// <summary>Tail probabilities that the cells belong to.</summary>
    public TailTable Tails { get; }

    /// <summary>Cells of the patterns by first item, in the order of the search.</summary>
    public int[][] Cells { get; }

    /// <summary>Number of patterns.</summary>
    public long Size { get; }

    /// <summary>Greatest number of items.</summary>
    public int Length => _length;

    /// <summary>Returns how many rows of each stratum a column of the sample covers, and how many in all.</summary>
    public static int Count(TestSample sample, ReadOnlySpan<ulong> column, Span<int> covered)
    {
        int total = 0;
        for (int s = 0; s < covered.Length; s++)
        {
            covered[s] = PatternSearch.Count(column[sample.WordStart[s]..sample.WordStart[s + 1]]);
            total += covered[s];
        }

        return total;
    }

    private int CountAnd(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<int> covered)
    {
        int total = 0;
        for (int s = 0; s < covered.Length; s++)
        {
            int from = _sample.WordStart[s], to = _sample.WordStart[s + 1];
            covered[s] = PatternSearch.CountAnd(x[from..to], y[from..to]);
            total += covered[s];
        }

        return total;
    }

    private (int[] Cells, long Size) Enumerate(int first)
    {
        var cells = new List<int>();
        long size = 0;
        var covered = new int[_length + 1][];
        var previous = new int[_length + 1][];
        var buffers = new ulong[_length + 1][];
        for (int d = 1; d <= _length; d++)
        {
            covered[d] = new int[_sample.Strata];
            previous[d] = new int[_sample.Strata];
            buffers[d] = d == 1 ? Columns[first] : d < _length ? new ulong[_sample.Words] : [];
        }

        int support = Count(_sample, Columns[first], covered[1]);
        if (support < _minSupport || support == _sample.Rows)
        {
            return ([-1], 0);
        }

        cells.Add(Tails.Cell(covered[1]));
        size++;
        Visit(1, first, support);
        return ([.. cells], size);

        void Visit(int depth, int last, int parentSupport)
        {
            if (depth == _length)
            {
                return;
            }

            int[] parent = covered[depth], own = covered[depth + 1], before = previous[depth + 1];
            int earlier = 0;
            for (int c = last + 1; c < Columns.Length; c++)
            {
                int x;
                if (c > last + 1 && _complementsPrevious[c])
                {
                    // Of an item and its negation only one is counted.
                    x = parentSupport - earlier;
                    for (int s = 0; s < own.Length; s++)
                    {
                        own[s] = parent[s] - before[s];
                    }
                }
                else
                {
                    x = CountAnd(buffers[depth], Columns[c], own);
                }

                earlier = x;
                own.CopyTo(before.AsSpan());
                if (x < _minSupport || x == parentSupport)
                {
                    cells.Add(-1);
                    continue;
                }

                cells.Add(Tails.Cell(own));
                size++;
                if (depth + 1 < _length)
                {
                    PatternSearch.And(buffers[depth], Columns[c], buffers[depth + 1]);
                    Visit(depth + 1, c, x);
                }
            }
        }
    }
}
