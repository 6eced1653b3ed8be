using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Model.Mine;

/// <summary>A pattern found: positions of its items, rows of the target class and of the other class it covers.</summary>
internal readonly record struct FoundPattern(int[] Items, int Target, int Other);

/// <summary>Finds every minimal pattern of bounded length with enough support and confidence in a target class.</summary>
/// <remarks>
/// Exact. A pattern satisfies when target ≥ support, target + other ≥ total support and
/// target ≥ confidence × (target + other); it is minimal when no proper subset satisfies.
/// Cuts used: support; items that exclude nothing of the other class; items without a row of the other class
/// that they alone exclude (as in Murakami, Uno, Discrete Applied Mathematics 170, 2014); satisfied patterns are not extended;
/// pairs that cannot occur together; a bound on what the remaining items can still exclude; bounds from pair counts before a leaf is counted,
/// whose count ends where it covers too much of the other class.
/// </remarks>
internal sealed class PatternSearch
{
    // More than rounding to single precision can be off by, relative to the counts: the exact test follows.
    private const float Slack = 1e-4f;

    private readonly ulong[][] _target;
    private readonly ulong[][] _other;
    private readonly int _targetCount;
    private readonly int _otherCount;
    private readonly int _support;
    private readonly int _totalSupport;
    private readonly double _confidence;
    private readonly int _length;
    private readonly int _threads;

    // Words counted between two looks at the limit.
    private const int Block = 8;

    private int[] _p = [];
    private int[] _q = [];
    private int[][] _pairP = [];
    private int[][] _pairQ = [];
    private bool[][] _pairOpen = [];

    // By rows of the target class, the most rows of the other class with which a pattern satisfies; −1 where none.
    private int[] _mostOther = [];

    public PatternSearch(
        ulong[][] target, ulong[][] other, int targetCount, int otherCount, int support, int totalSupport, double confidence, int length, int threads)
    {
        _target = target;
        _other = other;
        _targetCount = targetCount;
        _otherCount = otherCount;
        _support = support;
        _totalSupport = totalSupport;
        _confidence = confidence;
        _length = length;
        _threads = threads;
    }

    /// <summary>Returns all minimal patterns in an order that does not depend on the threads.</summary>
    public List<FoundPattern> Run(CancellationToken cancellationToken)
    {
        int n = _target.Length;
        var found = new List<FoundPattern>();
        _p = [.. _target.Select(w => Count(w))];
        _q = [.. _other.Select(w => Count(w))];
        var open = new List<int>();
        for (int i = 0; i < n; i++)
        {
            if (!Supported(_p[i], _q[i]) || _q[i] == _otherCount)
            {
                continue;
            }

            if (Satisfies(_p[i], _q[i]))
            {
                found.Add(new FoundPattern([i], _p[i], _q[i]));
            }
            else
            {
                open.Add(i);
            }
        }

        if (_length < 2)
        {
            return found;
        }

        _mostOther = new int[_targetCount + 1];
        for (int p = 0, q = -1; p < _mostOther.Length; p++)
        {
            while (q < _otherCount && Satisfies(p, q + 1))
            {
                q++;
            }

            _mostOther[p] = q;
        }

        _pairP = new int[n][];
        _pairQ = new int[n][];
        _pairOpen = new bool[n][];
        foreach (int i in open)
        {
            _pairP[i] = new int[n];
            _pairQ[i] = new int[n];
            _pairOpen[i] = new bool[n];
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _threads), CancellationToken = cancellationToken };
        int[] items = [.. open];
        var pairs = new List<FoundPattern>[items.Length];
        Parallel.For(0, items.Length, parallel, i => pairs[i] = Pairs(items, i));
        foreach (List<FoundPattern> list in pairs)
        {
            found.AddRange(list);
        }

        if (_length >= 3)
        {
            var longer = new List<FoundPattern>[items.Length];
            Parallel.For(0, items.Length, parallel, i => longer[i] = Longer(items, i, cancellationToken));
            foreach (List<FoundPattern> list in longer)
            {
                found.AddRange(list);
            }
        }

        return _length <= 3 ? found : Minimal(found);
    }

    private bool Supported(int p, int q) => p >= _support && p + q >= _totalSupport;

    private bool Satisfies(int p, int q) => p >= _confidence * (p + q);

    private List<FoundPattern> Pairs(int[] items, int first)
    {
        var found = new List<FoundPattern>();
        int a = items[first];
        for (int second = first + 1; second < items.Length; second++)
        {
            int b = items[second];
            int p = CountAnd(_target[a], _target[b]);
            int q = p < _support ? 0 : CountAnd(_other[a], _other[b]);
            _pairP[a][b] = _pairP[b][a] = p;
            _pairQ[a][b] = _pairQ[b][a] = q;
            if (!Supported(p, q) || q == _q[a] || q == _q[b])
            {
                continue;
            }

            if (Satisfies(p, q))
            {
                found.Add(new FoundPattern([a, b], p, q));
            }
            else
            {
                _pairOpen[a][b] = _pairOpen[b][a] = true;
            }
        }

        return found;
    }

    private List<FoundPattern> Longer(int[] items, int first, CancellationToken cancellationToken)
    {
        var found = new List<FoundPattern>();
        int a = items[first];
        var levels = new Level[_length + 1];
        for (int d = 2; d <= _length; d++)
        {
            levels[d] = new Level(_target[a].Length, _other[a].Length, d, items.Length);
        }

        for (int second = first + 1; second < items.Length; second++)
        {
            int b = items[second];
            if (!_pairOpen[a][b])
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Level level = levels[2];
            level.Count = 0;
            if (_length == 3)
            {
                Thirds(a, b, level);
            }
            else
            {
                for (int third = second + 1; third < items.Length; third++)
                {
                    if (_pairOpen[a][items[third]] && _pairOpen[b][items[third]])
                    {
                        level.Candidates[level.Count++] = items[third];
                    }
                }
            }

            if (level.Count == 0)
            {
                continue;
            }

            // Where the next item is the last one, most pairs have no candidate that passes on counts alone: rows are looked at on demand.
            level.IsReady = false;
            if (_length > 3)
            {
                AndNot(_other[b], _other[a], level.Private[0]);
                AndNot(_other[a], _other[b], level.Private[1]);
                Prepare(level, a, b);
            }

            Extend(levels, 2, [a, b], _pairP[a][b], _pairQ[a][b], found);
        }

        return found;
    }

    // The items after b that may complete a pair, by counts of pairs alone: what is left out cannot satisfy, what is kept is judged exactly afterwards.
    private void Thirds(int a, int b, Level level)
    {
        bool[] openA = _pairOpen[a], openB = _pairOpen[b];
        ref int pa = ref MemoryMarshal.GetArrayDataReference(_pairP[a]), pb = ref MemoryMarshal.GetArrayDataReference(_pairP[b]);
        ref int qa = ref MemoryMarshal.GetArrayDataReference(_pairQ[a]), qb = ref MemoryMarshal.GetArrayDataReference(_pairQ[b]);
        ref int pc = ref MemoryMarshal.GetArrayDataReference(_p), qc = ref MemoryMarshal.GetArrayDataReference(_q);
        int p = _pairP[a][b], q = _pairQ[a][b], c = b + 1, n = openA.Length;
        Vector256<int> most = Vector256.Create(p), support = Vector256.Create(_support), lessA = Vector256.Create(q - _q[a]), lessB = Vector256.Create(q - _q[b]);
        Vector256<int> none = Vector256.Create(_targetCount - _p[a] - _p[b] + p);
        Vector256<float> share = Vector256.Create((float)_confidence), rest = Vector256.Create((float)(1 - _confidence) + Slack), slack = Vector256.Create(Slack);
        for (; c + Vector256<int>.Count <= n; c += Vector256<int>.Count)
        {
            Vector256<int> withA = Vector256.LoadUnsafe(ref pa, (nuint)c), withB = Vector256.LoadUnsafe(ref pb, (nuint)c);
            Vector256<int> mostP = Vector256.Min(Vector256.Min(most, none + withA + withB - Vector256.LoadUnsafe(ref pc, (nuint)c)), Vector256.Min(withA, withB));
            withA = Vector256.LoadUnsafe(ref qa, (nuint)c);
            withB = Vector256.LoadUnsafe(ref qb, (nuint)c);
            Vector256<int> leastQ = Vector256.Max(Vector256.Max(Vector256<int>.Zero, withA + withB - Vector256.LoadUnsafe(ref qc, (nuint)c)), Vector256.Max(lessA + withA, lessB + withB));
            uint kept = (Vector256.GreaterThanOrEqual(mostP, support)
                & Vector256.LessThanOrEqual(Vector256.ConvertToSingle(leastQ) * share, (Vector256.ConvertToSingle(mostP) * rest) + slack).AsInt32()).ExtractMostSignificantBits();
            for (; kept != 0; kept &= kept - 1)
            {
                int at = c + BitOperations.TrailingZeroCount(kept);
                if (openA[at] && openB[at])
                {
                    level.Candidates[level.Count++] = at;
                }
            }
        }

        for (; c < n; c++)
        {
            if (openA[c] && openB[c])
            {
                level.Candidates[level.Count++] = c;
            }
        }
    }

    private void Prepare(Level level, int a, int b)
    {
        And(_target[a], _target[b], level.Target);
        And(_other[a], _other[b], level.Other);
        level.IsReady = true;
    }

    private void Extend(Level[] levels, int depth, int[] pattern, int p, int q, List<FoundPattern> found)
    {
        Level level = levels[depth];
        if (depth + 1 == _length)
        {
            Complete(level, depth, pattern, p, q, found);
            return;
        }

        int kept = 0;
        for (int i = 0; i < level.Count; i++)
        {
            int c = level.Candidates[i];
            if (MostTarget(level, depth, pattern, p, i) < _support)
            {
                continue;
            }

            if (!level.IsReady)
            {
                Prepare(level, pattern[0], pattern[1]);
            }

            int pc = CountAnd(level.Target, _target[c]);
            if (pc < _support)
            {
                continue;
            }

            int qc = CountAnd(level.Other, _other[c]);
            if (qc == q || !Supported(pc, qc))
            {
                continue;
            }

            if (Satisfies(pc, qc))
            {
                found.Add(new FoundPattern([.. pattern, c], pc, qc));
            }
            else
            {
                level.Candidates[kept] = c;
                level.P[kept] = pc;
                level.Q[kept] = qc;
                kept++;
            }
        }

        if (kept == 0)
        {
            return;
        }

        int remaining = _length - depth - 1;
        int most = MostFall(level, kept, q, remaining);
        for (int i = 0; i < kept; i++)
        {
            int c = level.Candidates[i];
            if (!Satisfies(level.P[i], Math.Max(0, level.Q[i] - most)))
            {
                continue;
            }

            Level next = levels[depth + 1];
            bool free = true;
            for (int u = 0; u < depth && free; u++)
            {
                free = And(level.Private[u], _other[c], next.Private[u]);
            }

            if (!free)
            {
                continue;
            }

            AndNot(level.Other, _other[c], next.Private[depth]);
            And(level.Target, _target[c], next.Target);
            And(level.Other, _other[c], next.Other);
            next.IsReady = true;
            next.Count = 0;
            next.Above = q;
            bool[] withC = _pairOpen[c];
            for (int k = i + 1; k < kept; k++)
            {
                if (withC[level.Candidates[k]])
                {
                    (next.AboveP[next.Count], next.AboveQ[next.Count]) = (level.P[k], level.Q[k]);
                    next.Candidates[next.Count++] = level.Candidates[k];
                }
            }

            if (next.Count > 0)
            {
                Extend(levels, depth + 1, [.. pattern, c], level.P[i], level.Q[i], found);
            }
        }
    }

    // Rows of the target class that a pattern with the candidate can have at most: those of any part of it that was counted before.
    private int MostTarget(Level level, int depth, int[] pattern, int p, int candidate)
    {
        int[] pairs = _pairP[level.Candidates[candidate]];
        int most = depth > 2 ? Math.Min(p, level.AboveP[candidate]) : p;
        foreach (int item in pattern)
        {
            most = Math.Min(most, pairs[item]);
        }

        return most;
    }

    // Rows of the other class that it has at least: inclusion and exclusion within those that the shared item covers, or within those of the pattern without its last item.
    private int LeastOther(Level level, int depth, int[] pattern, int q, int candidate)
    {
        if (depth > 2)
        {
            return Math.Max(0, q + level.AboveQ[candidate] - level.Above);
        }

        int[] pairs = _pairQ[level.Candidates[candidate]];
        return Math.Max(0, q + Math.Max(pairs[pattern[0]] - _q[pattern[0]], pairs[pattern[1]] - _q[pattern[1]]));
    }

    // The last item. Nearly all candidates cover too much of the other class, and most of them show it in their first rows. Three passes without branches on what rows say: those are guessed wrong half of the time.
    private void Complete(Level level, int depth, int[] pattern, int p, int q, List<FoundPattern> found)
    {
        int kept = 0;
        for (int i = 0; i < level.Count; i++)
        {
            int c = level.Candidates[i], mostP = MostTarget(level, depth, pattern, p, i);
            if (mostP >= _support && LeastOther(level, depth, pattern, q, i) <= _mostOther[mostP])
            {
                (level.Candidates[kept], level.P[kept++]) = (c, mostP);
            }
        }

        if (kept == 0)
        {
            return;
        }

        if (!level.IsReady)
        {
            Prepare(level, pattern[0], pattern[1]);
        }

        int count = kept, head = Math.Min(Block, level.Other.Length);
        kept = 0;
        for (int i = 0; i < count; i++)
        {
            int c = level.Candidates[i], begun = CountAnd(level.Other.AsSpan(0, head), _other[c]);
            (level.Candidates[kept], level.Q[kept]) = (c, begun);
            kept += 1 - (int)((uint)(_mostOther[level.P[i]] - begun) >> 31);
        }

        count = kept;
        kept = 0;
        for (int i = 0; i < count; i++)
        {
            int c = level.Candidates[i], pc = CountAnd(level.Target, _target[c]);
            (level.Candidates[kept], level.P[kept], level.Q[kept]) = (c, pc, level.Q[i]);
            kept += 1 - (int)((uint)(pc - _support) >> 31);
        }

        for (int i = 0; i < kept; i++)
        {
            int c = level.Candidates[i], pc = level.P[i], qc = CountAndUpTo(level.Other, _other[c], head, level.Q[i], _mostOther[pc]);
            if (qc <= _mostOther[pc] && qc != q && Supported(pc, qc))
            {
                found.Add(new FoundPattern([.. pattern, c], pc, qc));
            }
        }
    }

    // The whole count where it is at most the limit; otherwise a part of it above the limit.
    private static int CountAndUpTo(ulong[] x, ulong[] y, int from, int count, int limit)
    {
        for (; from < x.Length && count <= limit; from += Block)
        {
            int length = Math.Min(Block, x.Length - from);
            count += CountAnd(x.AsSpan(from, length), y.AsSpan(from, length));
        }

        return count;
    }

    // Sum of the greatest falls of the other class that so many single steps give.
    private static int MostFall(Level level, int kept, int q, int steps)
    {
        Span<int> falls = stackalloc int[steps];
        falls.Clear();
        int sum = 0;
        for (int i = 0; i < kept; i++)
        {
            int fall = q - level.Q[i];
            for (int u = 0; u < steps && fall > 0; u++)
            {
                if (fall > falls[u])
                {
                    (falls[u], fall) = (fall, falls[u]);
                }
            }
        }

        foreach (int fall in falls)
        {
            sum += fall;
        }

        return sum;
    }

    // A longer pattern can be found before a shorter one inside it; every satisfying subset holds a found one.
    private static List<FoundPattern> Minimal(List<FoundPattern> found)
    {
        var byHash = new Dictionary<ulong, List<int[]>>();
        foreach (FoundPattern pattern in found)
        {
            ulong hash = Hash(pattern.Items, (1 << pattern.Items.Length) - 1);
            (byHash.TryGetValue(hash, out List<int[]>? same) ? same : byHash[hash] = []).Add(pattern.Items);
        }

        return found.FindAll(f =>
        {
            for (int mask = 1; mask < (1 << f.Items.Length) - 1; mask++)
            {
                if (byHash.TryGetValue(Hash(f.Items, mask), out List<int[]>? same) && same.Exists(other => IsPart(f.Items, mask, other)))
                {
                    return false;
                }
            }

            return true;
        });
    }

    private static ulong Hash(int[] items, int mask)
    {
        ulong hash = 0;
        for (int i = 0; i < items.Length; i++)
        {
            hash = (mask >> i & 1) != 0 ? Items.SplitMix.Mix(hash ^ (uint)items[i]) : hash;
        }

        return hash;
    }

    private static bool IsPart(int[] items, int mask, int[] other)
    {
        int at = 0;
        for (int i = 0; i < items.Length; i++)
        {
            if ((mask >> i & 1) != 0 && (at >= other.Length || other[at++] != items[i]))
            {
                return false;
            }
        }

        return at == other.Length;
    }

    internal static int Count(ReadOnlySpan<ulong> words)
    {
        int count = 0;
        foreach (ulong word in words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    internal static int CountAnd(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y)
    {
        y = y[..x.Length];
        int c0 = 0, c1 = 0, i = 0;
        for (; i + 1 < x.Length; i += 2)
        {
            c0 += BitOperations.PopCount(x[i] & y[i]);
            c1 += BitOperations.PopCount(x[i + 1] & y[i + 1]);
        }

        if (i < x.Length)
        {
            c0 += BitOperations.PopCount(x[i] & y[i]);
        }

        return c0 + c1;
    }

    internal static bool And(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> result)
    {
        System.Numerics.Tensors.TensorPrimitives.BitwiseAnd(x, y, result);
        return result.ContainsAnyExcept(0UL);
    }

    private static void AndNot(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = x[i] & ~y[i];
        }
    }

    private sealed class Level(int targetWords, int otherWords, int depth, int items)
    {
        public readonly ulong[] Target = new ulong[targetWords];
        public readonly ulong[] Other = new ulong[otherWords];
        public readonly ulong[][] Private = [.. Enumerable.Range(0, depth).Select(_ => new ulong[otherWords])];
        public readonly int[] Candidates = new int[items];
        public readonly int[] P = new int[items];
        public readonly int[] Q = new int[items];

        // Per candidate, rows of the target class and of the other with the pattern less its last item; and the other rows of that pattern alone.
        public readonly int[] AboveP = new int[items];
        public readonly int[] AboveQ = new int[items];
        public int Above;
        public int Count;
        public bool IsReady;
    }
}
