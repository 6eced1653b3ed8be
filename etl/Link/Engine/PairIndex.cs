using System.Numerics;
using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Finds the pairs of a few records between two registers, or within the second, without looking at the others: for each blocking rule the records by their key.</summary>
/// <remarks>
/// Which rules are used, and which of their blocks are too large, the first register alone decides: from selective to coarse, as long as a record meets no more of its records than there is room for
/// (measured on a sample of them). So whether two records are a pair depends on the two and on the first register. Only within the second register a block is left out for its size there. A look-up is one access by the first bits of a hash.
/// </remarks>
internal sealed class PairIndex
{
    // Up to this count of records of the first register all of them are compared.
    private const int Everybody = 500;
    private const int MostInBlock = 400;
    private const int MostWithin = 140;

    // Records of a large first register that a record meets at most, on average; a small one has room for coarser rules.
    private const double MostMet = 12;
    private const int MostRules = 32;
    private const int SampleSize = 8192;
    private const int MostRejected = 12;
    private const int ProbesAPart = 128;

    private readonly LinkTable _table;
    private readonly int _threads;
    private readonly List<BlockingRule> _rules = [];
    private readonly List<BlockingRule> _strong;

    // By rule the records of the first register; by rule those of the second, in the parts in which they came.
    private readonly List<KeySegment> _left = [];
    private readonly List<List<KeySegment>> _right = [];
    private readonly List<List<KeySegment>> _rightStrong = [];
    private int _added;

    /// <summary>Makes an index of a table whose first register is complete.</summary>
    internal PairIndex(LinkTable table, int threads)
    {
        (_table, _threads, _added) = (table, threads, table.LeftCount);
        List<BlockingRule> ladder = BlockingRule.For(table);
        _strong = ladder.FindAll(static rule => rule.IsStrong);
        if (table.LeftCount > Everybody)
        {
            Choose(ladder);
        }

        _right.AddRange(_rules.Select(static _ => new List<KeySegment>()));
        _rightStrong.AddRange(_strong.Select(static _ => new List<KeySegment>()));
        Add(table);
    }

    /// <summary>The rules that are used, and how many records of the first register a record meets by each that no rule before brought, on average.</summary>
    internal List<(string Rule, double Pairs)> Rules { get; } = [];

    private void Choose(List<BlockingRule> ladder)
    {
        int step = Math.Max(1, _table.LeftCount / SampleSize);
        int[] sample = [.. Enumerable.Range(0, _table.LeftCount / step).Select(i => i * step)];
        HashSet<int>[] met = [.. sample.Select(static _ => new HashSet<int>())];
        double room = MostMet + (500_000.0 / _table.LeftCount);
        int rejected = 0;
        for (int start = 0; start < ladder.Count && rejected < MostRejected && room > 0.5 && _rules.Count < MostRules; start += _threads)
        {
            int from = start;
            var segments = new KeySegment[Math.Min(_threads, ladder.Count - start)];
            Parallel.For(0, segments.Length, Options(), i => segments[i] = new KeySegment(_table, ladder[from + i], 0, _table.LeftCount));
            for (int i = 0; i < segments.Length && _rules.Count < MostRules; i++)
            {
                BlockingRule rule = ladder[start + i];
                long pairs = 0;
                foreach (int record in sample)
                {
                    pairs += Math.Max(0, Block(segments[i], rule.Key(_table, record)).Length - 1);
                }

                bool isUsed = pairs > 0 && (double)pairs / sample.Length <= room;
                rejected = isUsed || pairs == 0 ? isUsed ? 0 : rejected : rejected + 1;
                if (!isUsed)
                {
                    continue;
                }

                int before = met.Sum(static set => set.Count);
                for (int k = 0; k < sample.Length; k++)
                {
                    foreach (int record in Block(segments[i], rule.Key(_table, sample[k])))
                    {
                        met[k].Add(record);
                    }
                }

                double fresh = (double)(met.Sum(static set => set.Count) - before) / sample.Length;
                room -= fresh;
                _rules.Add(rule);
                _left.Add(segments[i]);
                Rules.Add((rule.Name, fresh));
            }
        }
    }

    private static ReadOnlySpan<int> Block(KeySegment segment, uint key)
    {
        ReadOnlySpan<int> found = key == 0 ? [] : segment.Find(key);
        return found.Length > MostInBlock ? [] : found;
    }

    private ParallelOptions Options() => new() { MaxDegreeOfParallelism = _threads };

    /// <summary>Takes in the records of the second register that the table grew by.</summary>
    internal void Add(LinkTable table)
    {
        int from = _added;
        _added = table.Count;
        foreach (BlockingRule rule in _rules.Concat(_strong))
        {
            rule.Grow(table);
        }

        if (from == _added)
        {
            return;
        }

        Parallel.For(0, _rules.Count + _strong.Count, Options(), i =>
        {
            bool isStrong = i >= _rules.Count;
            int place = isStrong ? i - _rules.Count : i;
            (isStrong ? _rightStrong : _right)[place].Add(new KeySegment(table, isStrong ? _strong[place] : _rules[place], from, table.Count));
        });
    }

    /// <summary>Returns the scored pairs of some records from a weight on, the first record of a pair first, in order of the records given and then of the others.</summary>
    /// <param name="probes">Records of one register.</param>
    /// <param name="isWithin">Whether others of the second register are wanted; otherwise those of the other one.</param>
    /// <param name="weights">The model.</param>
    /// <param name="least">Bits.</param>
    internal List<LinkPair> Join(IReadOnlyList<int> probes, bool isWithin, LinkWeights weights, double least)
    {
        LinkScorer scorer = new(_table);
        var parts = new List<LinkPair>[(probes.Count + ProbesAPart - 1) / ProbesAPart];
        float floor = (float)(least - 1);
        Parallel.For(0, parts.Length, Options(), static () => (Cache: new LevelCache(), Found: new List<int>(), Chunk: new PairChunk(4096)), (part, _, state) =>
        {
            (LevelCache cache, List<int> found, PairChunk chunk) = state;
            chunk.Clear();
            for (int i = part * ProbesAPart; i < Math.Min(probes.Count, (part + 1) * ProbesAPart); i++)
            {
                int probe = probes[i];
                found.Clear();
                if (isWithin)
                {
                    Within(probe, found);
                }
                else
                {
                    Between(probe, found);
                }

                found.Sort();
                int last = probe;
                foreach (int other in found)
                {
                    if (other != last && other != probe)
                    {
                        chunk.Add(Math.Min(probe, other), Math.Max(probe, other));
                        last = other;
                    }
                }
            }

            var patterns = new ulong[chunk.Count];
            scorer.Patterns(chunk.Left.AsSpan(0, chunk.Count), chunk.Right.AsSpan(0, chunk.Count), patterns, cache);
            List<LinkPair> kept = [];
            for (int i = 0; i < patterns.Length; i++)
            {
                Vector128<float> logs = weights.Logs(chunk.Left[i], chunk.Right[i], patterns[i]);
                Vector128<float> all = logs + weights.Priors;
                if (all[0] - all[3] >= floor && LinkWeights.Evidence(logs, weights.Priors) is var evidence && evidence.Weight >= least)
                {
                    kept.Add(new LinkPair(chunk.Left[i], chunk.Right[i], patterns[i], evidence, LinkBand.None, ""));
                }
            }

            parts[part] = kept;
            return state;
        }, static _ => { });
        return [.. parts.SelectMany(static part => part)];
    }

    private void Between(int probe, List<int> found)
    {
        bool isLeft = probe < _table.LeftCount;
        if (_table.LeftCount <= Everybody)
        {
            found.AddRange(isLeft ? Enumerable.Range(_table.LeftCount, _table.Count - _table.LeftCount) : Enumerable.Range(0, _table.LeftCount));
            return;
        }

        for (int rule = 0; rule < _rules.Count; rule++)
        {
            uint key = _rules[rule].Key(_table, probe);
            ReadOnlySpan<int> block = Block(_left[rule], key);
            if (block.Length == 0)
            {
                continue;
            }

            if (!isLeft)
            {
                found.AddRange(block);
                continue;
            }

            foreach (KeySegment segment in _right[rule])
            {
                found.AddRange(segment.Find(key));
            }
        }
    }

    private void Within(int probe, List<int> found)
    {
        for (int rule = 0; rule < _strong.Count; rule++)
        {
            uint key = _strong[rule].Key(_table, probe);
            int start = found.Count;
            foreach (KeySegment segment in key == 0 ? [] : _rightStrong[rule])
            {
                found.AddRange(segment.Find(key));
            }

            if (found.Count - start > MostWithin)
            {
                found.RemoveRange(start, found.Count - start);
            }
        }
    }
}

/// <summary>Records of one part of a table by their key under one rule.</summary>
internal sealed class KeySegment
{
    private readonly int _shift;
    private readonly int[] _starts;
    private readonly uint[] _keys;
    private readonly int[] _records;

    /// <summary>Sorts records from a place to before another; those without a key are left out.</summary>
    internal KeySegment(LinkTable table, BlockingRule rule, int from, int to)
    {
        var keys = new uint[to - from];
        int filled = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = rule.Key(table, from + i);
            filled += keys[i] != 0 ? 1 : 0;
        }

        int bits = Math.Clamp(BitOperations.Log2((uint)Math.Max(1, filled)), 4, 24);
        _shift = 32 - bits;
        _starts = new int[(1 << bits) + 1];
        foreach (uint key in keys)
        {
            if (key != 0)
            {
                _starts[(key >> _shift) + 1]++;
            }
        }

        for (int i = 1; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }

        _keys = new uint[filled];
        _records = new int[filled];
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0)
            {
                int place = _starts[keys[i] >> _shift]++;
                (_keys[place], _records[place]) = (keys[i], from + i);
            }
        }

        // Filling moved each start to that of the next bucket.
        Array.Copy(_starts, 0, _starts, 1, _starts.Length - 1);
        _starts[0] = 0;
        for (int bucket = 0; bucket + 1 < _starts.Length; bucket++)
        {
            if (_starts[bucket + 1] - _starts[bucket] > 1)
            {
                Array.Sort(_keys, _records, _starts[bucket], _starts[bucket + 1] - _starts[bucket]);
            }
        }
    }

    /// <summary>Returns the records of a key, in no order.</summary>
    internal ReadOnlySpan<int> Find(uint key)
    {
        int from = _starts[key >> _shift];
        int to = _starts[(key >> _shift) + 1];
        if (to - from > 16)
        {
            int at = Array.BinarySearch(_keys, from, to - from, key);
            if (at < 0)
            {
                return [];
            }

            (int low, int high) = (at, at + 1);
            while (low > from && _keys[low - 1] == key)
            {
                low--;
            }

            while (high < to && _keys[high] == key)
            {
                high++;
            }

            return _records.AsSpan(low..high);
        }

        while (from < to && _keys[from] < key)
        {
            from++;
        }

        int end = from;
        while (end < to && _keys[end] == key)
        {
            end++;
        }

        return _records.AsSpan(from..end);
    }
}
