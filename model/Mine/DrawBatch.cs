using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Model.Mine;

/// <summary>A batch of label draws taken through the whole family together.</summary>
/// <remarks>
/// Bits are kept for the events of each draw only, so that a count costs a word per 64 events. From three items on a pattern is
/// counted only in draws where the counts of its pairs leave room for a tail that reaches the bound:
/// min over pairs ≥ count ≥ ab + ac − a. Exact for every tail at or below the bound.
/// </remarks>
internal sealed class DrawBatch
{
    /// <summary>Draws per batch.</summary>
    public const int Size = 64;

    private const int Lanes = 16;

    private readonly PatternFamily _family;
    private readonly int _items;
    private readonly int _words;
    private readonly ulong[] _bits;
    private readonly ushort[] _single;
    private readonly ushort[] _pair;
    private int _draws;

    public DrawBatch(PatternFamily family, int eventTotal)
    {
        if (eventTotal > ushort.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(eventTotal), eventTotal, "more events than 16 bits count");
        }

        _family = family;
        _items = family.Columns.Length;
        _words = Math.Max(1, (eventTotal + 63) / 64);
        _bits = new ulong[_items * Size * _words];
        _single = new ushort[_items * Size];
        _pair = new ushort[_items * _items * Size];
    }

    /// <summary>Smallest log tail per draw so far; exact where it is at or below the bound of the limits.</summary>
    public double[] Minimum { get; } = new double[Size];

    /// <summary>Takes the positions of the events of each draw.</summary>
    /// <param name="rowItems">Items per position of the sample, <paramref name="rowWords"/> words each.</param>
    /// <param name="rowWords">Words per position.</param>
    /// <param name="draws">Positions of the events, one array per draw.</param>
    public void Load(ulong[] rowItems, int rowWords, IReadOnlyList<int[]> draws)
    {
        _draws = draws.Count;
        Array.Clear(_bits);
        Array.Clear(Minimum);
        Span<ulong> block = stackalloc ulong[64];
        for (int j = 0; j < _draws; j++)
        {
            int[] events = draws[j];
            for (int w = 0; w < _words; w++)
            {
                int count = Math.Min(64, events.Length - (w * 64));
                for (int k = 0; k < rowWords; k++)
                {
                    block.Clear();
                    for (int i = 0; i < count; i++)
                    {
                        block[i] = rowItems[(events[(w * 64) + i] * rowWords) + k];
                    }

                    Transpose(block);
                    int items = Math.Min(64, _items - (k * 64));
                    for (int i = 0; i < items; i++)
                    {
                        _bits[Index((k * 64) + i, j) + w] = block[i];
                    }
                }
            }
        }

        for (int a = 0; a < _items; a++)
        {
            for (int j = 0; j < _draws; j++)
            {
                _single[(a * Size) + j] = (ushort)PatternSearch.Count(_bits.AsSpan(Index(a, j), _words));
            }

            for (int b = a + 1; b < _items; b++)
            {
                int at = PairIndex(a, b), other = PairIndex(b, a);
                for (int j = 0; j < _draws; j++)
                {
                    _pair[at + j] = (ushort)PatternSearch.CountAnd(_bits.AsSpan(Index(a, j), _words), _bits.AsSpan(Index(b, j), _words));
                }

                Array.Copy(_pair, at, _pair, other, Size);
            }
        }
    }

    /// <summary>Judges all patterns of a first item from one length up to another.</summary>
    /// <param name="first">The first item.</param>
    /// <param name="from">Fewest items judged.</param>
    /// <param name="to">Most items judged.</param>
    /// <param name="limits">Counts at which a tail reaches the bound.</param>
    /// <param name="found">Called for a draw, the items, the cell and the count of each tail at or below the bound; null keeps minima alone.</param>
    public void Walk(int first, int from, int to, TailLimits limits, Action<int, int[], int, int>? found)
    {
        int[] cells = _family.Cells[first];
        if (cells[0] < 0)
        {
            return;
        }

        int length = _family.Length;
        var upper = new ushort[length + 1][];
        for (int d = 0; d <= length; d++)
        {
            upper[d] = new ushort[Size];
        }

        int[] pattern = new int[length];
        pattern[0] = first;
        if (from == 1)
        {
            JudgeAll(1, cells[0], _single.AsSpan(first * Size, Size));
        }

        int position = 1;
        Visit(1, first);

        void Visit(int depth, int last)
        {
            if (depth == length)
            {
                return;
            }

            for (int c = last + 1; c < _items; c++)
            {
                int cell = cells[position++];
                if (cell < 0)
                {
                    continue;
                }

                pattern[depth] = c;
                int own = depth + 1;
                if (own == 2)
                {
                    ReadOnlySpan<ushort> counts = _pair.AsSpan(PairIndex(first, c), Size);
                    if (from <= 2 && to >= 2)
                    {
                        JudgeAll(2, cell, counts);
                    }

                    counts.CopyTo(upper[2]);
                }
                else if (own <= to)
                {
                    Longer(own, cell);
                }

                if (own + 1 == length && to <= own)
                {
                    // Nothing longer is judged: the longest patterns have a cell for each later item.
                    position += _items - c - 1;
                }
                else if (own < length)
                {
                    // Deeper branches are walked even when nothing is judged there: the cells lie in their order.
                    Visit(own, c);
                }
            }
        }

        void JudgeAll(int items, int cell, ReadOnlySpan<ushort> counts)
        {
            (int low, int high) = limits.Of(cell);
            var top = Vector256.Create((ushort)Math.Min(high, ushort.MaxValue));
            var bottom = Vector256.Create((ushort)Math.Max(low, 0));
            ref ushort first = ref MemoryMarshal.GetReference(counts);
            ulong open = 0;
            for (int lane = 0; lane < Size; lane += Lanes)
            {
                Vector256<ushort> count = Vector256.LoadUnsafe(ref first, (nuint)lane);
                Vector256<ushort> hit = Vector256.GreaterThanOrEqual(count, top) | (low < 0 ? Vector256<ushort>.Zero : Vector256.LessThanOrEqual(count, bottom));
                open |= (ulong)hit.ExtractMostSignificantBits() << lane;
            }

            for (open = _draws == Size ? open : open & ((1UL << _draws) - 1); open != 0; open &= open - 1)
            {
                int j = BitOperations.TrailingZeroCount(open);
                Judge(j, items, cell, counts[j]);
            }
        }

        void Longer(int items, int cell)
        {
            (int low, int high) = limits.Of(cell);
            ulong open = Filter(items, low, high);
            for (; open != 0; open &= open - 1)
            {
                int j = BitOperations.TrailingZeroCount(open);
                int count = Count(items, j);
                if (count >= high || count <= low)
                {
                    Judge(j, items, cell, count);
                }
            }
        }

        // Bits of the draws in which the count may be at most low or at least high.
        ulong Filter(int items, int low, int high)
        {
            int c = pattern[items - 1];
            ref ushort pair = ref MemoryMarshal.GetArrayDataReference(_pair);
            ref ushort above = ref MemoryMarshal.GetArrayDataReference(upper[items - 1]);
            ref ushort kept = ref MemoryMarshal.GetArrayDataReference(upper[items]);
            Vector256<ushort> top = Vector256.Create((ushort)Math.Min(high, ushort.MaxValue));
            ulong open = 0;
            for (int lane = 0; lane < Size; lane += Lanes)
            {
                Vector256<ushort> most = Vector256.LoadUnsafe(ref above, (nuint)lane);
                for (int u = 0; u < items - 1; u++)
                {
                    most = Vector256.Min(most, Vector256.LoadUnsafe(ref pair, (nuint)(PairIndex(pattern[u], c) + lane)));
                }

                most.StoreUnsafe(ref kept, (nuint)lane);
                Vector256<ushort> hit = Vector256.GreaterThanOrEqual(most, top);
                if (low >= 0)
                {
                    hit |= items == 3 ? Vector256.LessThanOrEqual(Least(lane), Vector256.Create((ushort)low)) : Vector256<ushort>.AllBitsSet;
                }

                open |= (ulong)hit.ExtractMostSignificantBits() << lane;
            }

            return _draws == Size ? open : open & ((1UL << _draws) - 1);
        }

        // Least number of events that three items can share, by inclusion and exclusion within each of them.
        Vector256<ushort> Least(int lane)
        {
            ref ushort pair = ref MemoryMarshal.GetArrayDataReference(_pair);
            ref ushort single = ref MemoryMarshal.GetArrayDataReference(_single);
            int a = pattern[0], b = pattern[1], c = pattern[2];
            Vector256<ushort> ab = Vector256.LoadUnsafe(ref pair, (nuint)(PairIndex(a, b) + lane));
            Vector256<ushort> ac = Vector256.LoadUnsafe(ref pair, (nuint)(PairIndex(a, c) + lane));
            Vector256<ushort> bc = Vector256.LoadUnsafe(ref pair, (nuint)(PairIndex(b, c) + lane));
            Vector256<ushort> sa = Vector256.LoadUnsafe(ref single, (nuint)((a * Size) + lane));
            Vector256<ushort> sb = Vector256.LoadUnsafe(ref single, (nuint)((b * Size) + lane));
            Vector256<ushort> sc = Vector256.LoadUnsafe(ref single, (nuint)((c * Size) + lane));
            return Vector256.Max(Excess(ab + ac, sa), Vector256.Max(Excess(ab + bc, sb), Excess(ac + bc, sc)));
        }

        int Count(int items, int j)
        {
            int count = 0;
            for (int w = 0; w < _words; w++)
            {
                ulong word = _bits[Index(pattern[0], j) + w];
                for (int u = 1; u < items; u++)
                {
                    word &= _bits[Index(pattern[u], j) + w];
                }

                count += BitOperations.PopCount(word);
            }

            return count;
        }

        void Judge(int j, int items, int cell, int count)
        {
            double log = Math.Min(_family.Tails.LogUpper(cell, count), _family.Tails.LogLower(cell, count));
            Minimum[j] = Math.Min(Minimum[j], log);
            found?.Invoke(j, pattern[..items], cell, count);
        }
    }

    private static Vector256<ushort> Excess(Vector256<ushort> x, Vector256<ushort> y) => Vector256.Max(x, y) - y;

    private int Index(int item, int draw) => ((item * Size) + draw) * _words;

    private int PairIndex(int a, int b) => ((a * _items) + b) * Size;

    // Warren, Hacker's Delight, 2nd edition, 7-3.
    private static void Transpose(Span<ulong> block)
    {
        ulong mask = 0x00000000FFFFFFFF;
        for (int width = 32; width != 0; width >>= 1, mask ^= mask << width)
        {
            for (int k = 0; k < 64; k = (k + width + 1) & ~width)
            {
                ulong moved = ((block[k] >> width) ^ block[k + width]) & mask;
                block[k] ^= moved << width;
                block[k + width] ^= moved;
            }
        }
    }
}
