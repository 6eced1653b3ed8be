using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>What one blocking rule did.</summary>
/// <param name="Rule">What two records must share, such as <c>birth + given</c>.</param>
/// <param name="Pairs">Pairs that share it, without those of blocks that are too large.</param>
/// <param name="NewPairs">Pairs that no earlier rule had.</param>
/// <param name="CappedBlocks">Blocks that were left out because they are too large.</param>
/// <param name="CappedRecords">Records in them.</param>
/// <param name="IsUsed">Whether the rule was used; otherwise it would have made more pairs than there is room for.</param>
public sealed record RuleUse(string Rule, long Pairs, long NewPairs, int CappedBlocks, int CappedRecords, bool IsUsed);

/// <summary>Finds the pairs that are worth comparing: a union of joins on integer keys.</summary>
/// <remarks>
/// Rules are made from the fields at hand and taken from the most selective on, as long as their pairs fit the budget; a small input gets the coarse ones too, and
/// where all pairs fit every pair is compared. A block with more pairs than the cap is left out of its rule (not of the others) and reported. Each pair comes
/// once, from its first rule. The key of a record under each rule is a hash of 32 bits: a collision only adds a candidate. Cost: O(n) a rule and O(pairs).
/// </remarks>
internal sealed class Blocking
{
    /// <summary>Up to this count of pairs all are compared.</summary>
    internal const double AllPairs = 3_000_000;

    private const int ChunkPairs = 1 << 15;
    private readonly LinkTable _table;
    private readonly LinkScorer _scorer;
    private readonly int _stride;
    private readonly uint[] _keys;
    private readonly int _degree;
    private readonly CancellationToken _stop;

    // The columns of keys that are filled so far.
    private int _used;
    private readonly List<BlockingRule> _rules;

    internal Blocking(LinkTable table, LinkScorer scorer, int threads, CancellationToken stop)
    {
        _table = table;
        _scorer = scorer;
        _degree = threads;
        _stop = stop;
        _rules = BlockingRule.For(table);
        _stride = table.Count > 200_000 ? 24 : 64;
        _keys = new uint[(long)table.Count * _stride];
    }

    internal List<RuleUse> Uses { get; } = [];

    internal bool IsExhaustive { get; private set; }

    /// <summary>Returns the candidates between the two registers, or within one.</summary>
    /// <param name="budget">The most pairs; null for what is worth while in one run over unknown files.</param>
    internal List<PairChunk> Between(long? budget = null)
    {
        if (_table.PairCount <= AllPairs)
        {
            IsExhaustive = true;
            return Everything();
        }

        int split = _table.IsLink ? _table.LeftCount : _table.Count;
        return Join(_rules, 0, split, split, _table.Count, !_table.IsLink, budget ?? (4_000_000 + (8L * _table.Count)), Uses);
    }

    /// <summary>Returns candidates within one register, by the selective rules only.</summary>
    internal List<PairChunk> Within(int from, int to)
    {
        Array.Clear(_keys);
        return Join([.. _rules.Where(rule => rule.IsStrong)], from, to, to, to, true, 200_000 + (2L * (to - from)), []);
    }

    /// <summary>Returns for a pair the rules that had it, a bit each.</summary>
    internal ulong Mask(int left, int right)
    {
        ReadOnlySpan<uint> a = _keys.AsSpan(left * _stride, _stride);
        ReadOnlySpan<uint> b = _keys.AsSpan(right * _stride, _stride);
        ulong mask = 0;
        for (int i = 0; i < _stride; i++)
        {
            mask |= a[i] != 0 && a[i] == b[i] ? 1UL << i : 0;
        }

        return mask;
    }

    private List<PairChunk> Everything()
    {
        int split = _table.IsLink ? _table.LeftCount : _table.Count;
        var chunks = new PairChunk[split];
        Parallel.For(0, split, Options(), static () => new LevelCache(), (left, _, cache) =>
        {
            int start = _table.IsLink ? split : left + 1;
            PairChunk chunk = new(_table.Count - start);
            for (int right = start; right < _table.Count; right++)
            {
                chunk.Add(left, right);
            }

            chunks[left] = chunk.Compare(_scorer, cache);
            return cache;
        }, static _ => { });
        long pairs = chunks.Sum(chunk => (long)chunk.Count);
        Uses.Add(new RuleUse("all pairs", pairs, pairs, 0, 0, true));
        return [.. chunks];
    }

    private ParallelOptions Options() => new() { MaxDegreeOfParallelism = _degree, CancellationToken = _stop };

    // The records of one side under one rule, by key; records without a key are left out. The arrays serve one rule after the other.
    private sealed class Side(int from, int to)
    {
        private uint[] _keys = new uint[to - from];
        private int[] _records = new int[to - from];
        private uint[] _otherKeys = new uint[to - from];
        private int[] _otherRecords = new int[to - from];
        private int _count;

        internal ReadOnlySpan<uint> Keys => _keys.AsSpan(0, _count);

        internal ReadOnlySpan<int> Records => _records.AsSpan(0, _count);

        internal void Sort(uint[] keys)
        {
            int count = 0;
            for (int i = from; i < to; i++)
            {
                if (keys[i] != 0)
                {
                    _keys[count] = keys[i];
                    _records[count++] = i;
                }
            }

            _count = count;
            RadixSort(ref _keys, ref _records, ref _otherKeys, ref _otherRecords, count);
        }
    }

    private readonly record struct Block(int LeftFrom, int LeftTo, int RightFrom, int RightTo, long Pairs);

    private List<PairChunk> Join(IReadOnlyList<BlockingRule> rules, int from, int split, int rightFrom, int to, bool isWithin, long budget, List<RuleUse> uses)
    {
        List<PairChunk> found = [];
        uint[] keys = new uint[_table.Count];
        int column = 0;
        long cap = Math.Clamp(budget / 200, 10_000, 60_000);
        Side left = new(from, split);
        Side right = isWithin ? left : new Side(rightFrom, to);
        foreach (BlockingRule rule in rules)
        {
            _stop.ThrowIfCancellationRequested();
            if (column == _stride)
            {
                break;
            }

            Parallel.For(0, ((to - from) / 4096) + 1, Options(), part =>
            {
                int end = Math.Min(to, from + ((part + 1) * 4096));
                for (int i = from + (part * 4096); i < end; i++)
                {
                    keys[i] = rule.Key(_table, i);
                }
            });
            Parallel.For(0, isWithin ? 1 : 2, Options(), side => (side == 0 ? left : right).Sort(keys));
            (List<Block> blocks, long pairs, int cappedBlocks, int cappedRecords) = Blocks(left, right, isWithin, cap, keys);
            bool isUsed = pairs <= budget;
            long fresh = 0;
            if (isUsed && pairs > 0)
            {
                _used = column;
                List<PairChunk> chunks = Emit(left, right, blocks, isWithin);
                fresh = chunks.Sum(chunk => (long)chunk.Count);
                budget -= fresh;
                found.AddRange(chunks);
                int place = column++;
                Parallel.For(0, ((to - from) / 4096) + 1, Options(), part =>
                {
                    int end = Math.Min(to, from + ((part + 1) * 4096));
                    for (int i = from + (part * 4096); i < end; i++)
                    {
                        _keys[((long)i * _stride) + place] = keys[i];
                    }
                });
            }

            if (pairs > 0 || cappedBlocks > 0)
            {
                uses.Add(new RuleUse(rule.Name, pairs, fresh, cappedBlocks, cappedRecords, isUsed));
            }
        }

        return found;
    }

    // Blocks that have pairs; the key of records in a block that is too large becomes 0, so that no later check takes the pair for found.
    private static (List<Block> Blocks, long Pairs, int CappedBlocks, int CappedRecords) Blocks(Side left, Side right, bool isWithin, long cap, uint[] keys)
    {
        List<Block> blocks = [];
        long pairs = 0;
        int cappedBlocks = 0;
        int cappedRecords = 0;
        ReadOnlySpan<uint> a = left.Keys;
        ReadOnlySpan<uint> b = right.Keys;
        int j = 0;
        for (int i = 0; i < a.Length;)
        {
            uint key = a[i];
            int end = i + 1;
            while (end < a.Length && a[end] == key)
            {
                end++;
            }

            int rightFrom = i;
            int rightTo = end;
            long size = (long)(end - i) * (end - i - 1) / 2;
            if (!isWithin)
            {
                while (j < b.Length && b[j] < key)
                {
                    j++;
                }

                rightFrom = j;
                while (j < b.Length && b[j] == key)
                {
                    j++;
                }

                rightTo = j;
                size = (long)(end - i) * (rightTo - rightFrom);
            }

            if (size > cap)
            {
                cappedBlocks++;
                cappedRecords += end - i + (isWithin ? 0 : rightTo - rightFrom);
                for (int k = i; k < end; k++)
                {
                    keys[left.Records[k]] = 0;
                }

                for (int k = rightFrom; k < rightTo; k++)
                {
                    keys[right.Records[k]] = 0;
                }
            }
            else if (size > 0)
            {
                blocks.Add(new Block(i, end, rightFrom, rightTo, size));
                pairs += size;
            }

            i = end;
        }

        return (blocks, pairs, cappedBlocks, cappedRecords);
    }

    private List<PairChunk> Emit(Side left, Side right, List<Block> blocks, bool isWithin)
    {
        List<int> starts = [0];
        long size = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            size += blocks[i].Pairs;
            if (size >= ChunkPairs)
            {
                starts.Add(i + 1);
                size = 0;
            }
        }

        if (starts[^1] < blocks.Count)
        {
            starts.Add(blocks.Count);
        }

        var chunks = new PairChunk[starts.Count - 1];
        Parallel.For(0, chunks.Length, Options(), static () => new LevelCache(), (part, _, cache) =>
        {
            PairChunk chunk = new(64);
            ReadOnlySpan<int> lefts = left.Records;
            ReadOnlySpan<int> rights = right.Records;
            foreach (Block block in CollectionsMarshal.AsSpan(blocks)[starts[part]..starts[part + 1]])
            {
                for (int i = block.LeftFrom; i < block.LeftTo; i++)
                {
                    int a = lefts[i];
                    for (int j = isWithin ? i + 1 : block.RightFrom; j < block.RightTo; j++)
                    {
                        int b = rights[j];
                        if (!IsFound(a, b))
                        {
                            chunk.Add(Math.Min(a, b), Math.Max(a, b));
                        }
                    }
                }
            }

            chunks[part] = chunk.Compare(_scorer, cache);
            return cache;
        }, static _ => { });
        return [.. chunks.Where(chunk => chunk.Count > 0)];
    }

    // Whether a rule before this one has the pair: the columns of later rules are still 0.
    private bool IsFound(int a, int b)
    {
        ref uint x = ref MemoryMarshal.GetReference(_keys.AsSpan(a * _stride, _stride));
        ref uint y = ref MemoryMarshal.GetReference(_keys.AsSpan(b * _stride, _stride));
        Vector256<uint> same = Vector256<uint>.Zero;
        for (nuint i = 0; i < (nuint)_used; i += 8)
        {
            Vector256<uint> u = Vector256.LoadUnsafe(ref x, i);
            Vector256<uint> v = Vector256.LoadUnsafe(ref y, i);
            same |= Vector256.AndNot(Vector256.Equals(u, v), Vector256.Equals(u, Vector256<uint>.Zero));
        }

        return same != Vector256<uint>.Zero;
    }

    // Least significant digit first, 11 bits a pass: stable, so records of one key keep their order.
    private static void RadixSort(ref uint[] keys, ref int[] records, ref uint[] otherKeys, ref int[] otherRecords, int count)
    {
        Span<int> counts = stackalloc int[2048];
        for (int shift = 0; shift < 33; shift += 11)
        {
            counts.Clear();
            foreach (uint key in keys.AsSpan(0, count))
            {
                counts[(int)(key >> shift) & 2047]++;
            }

            int sum = 0;
            for (int i = 0; i < 2048; i++)
            {
                (counts[i], sum) = (sum, sum + counts[i]);
            }

            for (int i = 0; i < count; i++)
            {
                int place = counts[(int)(keys[i] >> shift) & 2047]++;
                otherKeys[place] = keys[i];
                otherRecords[place] = records[i];
            }

            (keys, otherKeys) = (otherKeys, keys);
            (records, otherRecords) = (otherRecords, records);
        }
    }

    /// <summary>Returns how many true pairs the rules probably missed, from those that one rule alone and two rules alone found (Chao, Scand. J. Statist. 11 (1984) 265-270).</summary>
    /// <remarks>A lower bound of what was missed, because rules depend on one another. With f2 = 0 the bias-corrected form f1 (f1 - 1) / 2.</remarks>
    internal static double Missed(double once, double twice) => twice > 0 ? once * once / (2 * twice) : once * Math.Max(0, once - 1) / 2;

    internal static int Rules(ulong mask) => BitOperations.PopCount(mask);
}
