using Warehouse.Model.Items;

namespace Warehouse.Model.Mine;

/// <summary>The rows that the significance test compares: children at risk of their household's first event, by stratum.</summary>
/// <remarks>
/// Repeated snapshots make one decision positive in several rows, and siblings share decisions. Each household therefore counts
/// once: its event is the last positive row before its first decision; rows after it, and siblings decided at the same
/// snapshot, leave the sample, and earlier rows stay as rows at risk without the event. Given who is at risk, and if features and
/// events are unrelated, each row of a stratum is equally likely to hold each of its events: the argument of the log-rank test
/// (Mantel, Cancer Chemother. Rep. 50, 1966; Cox, JRSS B 34, 1972) with strata as in Cochran, Mantel and Haenszel.
/// Bits are laid out by stratum, each from a new word on.
/// </remarks>
internal sealed class TestSample
{
    private readonly int[] _row;

    private TestSample(int[] row, int[] wordStart, int[] rowCount, int[] eventCount, bool isFlipped, ulong[] events)
    {
        _row = row;
        WordStart = wordStart;
        RowCount = rowCount;
        EventCount = eventCount;
        IsFlipped = isFlipped;
        Events = events;
        Rows = rowCount.Sum();
        EventTotal = eventCount.Sum();
    }

    /// <summary>First word of each stratum; one more for the end.</summary>
    public int[] WordStart { get; }

    /// <summary>Rows per stratum.</summary>
    public int[] RowCount { get; }

    /// <summary>Events per stratum; of a common label the rows without it.</summary>
    public int[] EventCount { get; }

    /// <summary>True when the label is the commoner class, so that its absence is counted as the event.</summary>
    public bool IsFlipped { get; }

    /// <summary>The rows with an event.</summary>
    public ulong[] Events { get; }

    /// <summary>Rows of all strata.</summary>
    public int Rows { get; }

    /// <summary>Events of all strata.</summary>
    public int EventTotal { get; }

    /// <summary>Number of strata.</summary>
    public int Strata => RowCount.Length;

    /// <summary>Number of words of a column.</summary>
    public int Words => WordStart[^1];

    /// <summary>Returns the sample of labelled rows; without a structure every row stands for itself.</summary>
    public static TestSample Build(bool[] label, RowStructure? structure)
    {
        bool[] isEvent = (bool[])label.Clone();
        bool[] isKept = new bool[label.Length];
        Array.Fill(isKept, true);
        if (structure is not null)
        {
            Reduce(label, structure, isEvent, isKept);
        }

        IGrouping<int, int>[] strata = [.. Enumerable.Range(0, label.Length)
            .Where(r => isKept[r])
            .GroupBy(r => structure?.Stratum[r] ?? 0)
            .Where(g => g.Any(r => isEvent[r]) && g.Any(r => !isEvent[r]))
            .OrderBy(g => g.Key)];
        var wordStart = new int[strata.Length + 1];
        for (int s = 0; s < strata.Length; s++)
        {
            wordStart[s + 1] = wordStart[s] + BitColumns.WordsFor(strata[s].Count());
        }

        int[] row = new int[wordStart[^1] * 64];
        Array.Fill(row, -1);
        for (int s = 0; s < strata.Length; s++)
        {
            int at = wordStart[s] * 64;
            foreach (int r in strata[s])
            {
                row[at++] = r;
            }
        }

        int[] rowCount = [.. strata.Select(g => g.Count())];
        int[] eventCount = [.. strata.Select(g => g.Count(r => isEvent[r]))];
        bool isFlipped = 2L * eventCount.Sum() > rowCount.Sum();
        if (isFlipped)
        {
            eventCount = [.. eventCount.Select((k, s) => rowCount[s] - k)];
        }

        var events = new ulong[wordStart[^1]];
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] >= 0 && isEvent[row[i]] != isFlipped)
            {
                events[i >> 6] |= 1UL << (i & 63);
            }
        }

        return new TestSample(row, wordStart, rowCount, eventCount, isFlipped, events);
    }

    /// <summary>Returns a column over all rows as a column over the sample.</summary>
    public ulong[] Pack(ulong[] column)
    {
        var packed = new ulong[Words];
        for (int i = 0; i < _row.Length; i++)
        {
            int r = _row[i];
            if (r >= 0)
            {
                packed[i >> 6] |= (column[r >> 6] >> (r & 63) & 1) << (i & 63);
            }
        }

        return packed;
    }

    /// <summary>Clears the bits of a column that stand for no row.</summary>
    public void ClearPadding(Span<ulong> column)
    {
        for (int s = 0; s < Strata; s++)
        {
            int rest = RowCount[s] & 63;
            if (rest != 0)
            {
                column[WordStart[s + 1] - 1] &= (1UL << rest) - 1;
            }
        }
    }

    /// <summary>Returns the positions of the rows of one draw in which each event falls on any row of its stratum, ascending.</summary>
    /// <remarks>The draw depends on the seed and its number only.</remarks>
    public int[] Draw(ulong seed, int number)
    {
        var random = new SplitMix(SplitMix.Mix(seed) ^ SplitMix.Mix((ulong)number + 1));
        var chosen = new ulong[Words];
        for (int s = 0; s < Strata; s++)
        {
            // Floyd's sampling without replacement (Bentley, Floyd, CACM 30, 1987): one number per event.
            int from = WordStart[s] * 64;
            for (int j = RowCount[s] - EventCount[s]; j < RowCount[s]; j++)
            {
                int position = from + random.Next(j + 1);
                if ((chosen[position >> 6] >> (position & 63) & 1) != 0)
                {
                    position = from + j;
                }

                chosen[position >> 6] |= 1UL << (position & 63);
            }
        }

        return Positions(chosen);
    }

    /// <summary>Returns the positions of set bits, ascending.</summary>
    public static int[] Positions(ulong[] bits)
    {
        var positions = new List<int>();
        for (int w = 0; w < bits.Length; w++)
        {
            for (ulong rest = bits[w]; rest != 0; rest &= rest - 1)
            {
                positions.Add((w * 64) + System.Numerics.BitOperations.TrailingZeroCount(rest));
            }
        }

        return [.. positions];
    }

    private static void Reduce(bool[] label, RowStructure structure, bool[] isEvent, bool[] isKept)
    {
        // The event of a child is the last row of its first unbroken run of positive rows.
        var eventRow = new Dictionary<long, int>();
        foreach (IGrouping<long, int> unit in Enumerable.Range(0, label.Length).GroupBy(r => structure.Unit[r]))
        {
            int found = -1;
            foreach (int r in unit.OrderBy(r => structure.Time[r]).ThenBy(r => r))
            {
                isEvent[r] = false;
                if (label[r])
                {
                    found = r;
                }
                else if (found >= 0)
                {
                    break;
                }
            }

            if (found >= 0)
            {
                eventRow[unit.Key] = found;
            }
        }

        var first = new Dictionary<long, int>();
        foreach ((long unit, int r) in eventRow)
        {
            if (!first.TryGetValue(structure.Group[r], out int best) || IsEarlier(r, best))
            {
                first[structure.Group[r]] = r;
            }
        }

        for (int r = 0; r < label.Length; r++)
        {
            isEvent[r] = false;
            if (first.TryGetValue(structure.Group[r], out int own))
            {
                bool isSibling = structure.Time[r] == structure.Time[own] && r != own
                    && eventRow.TryGetValue(structure.Unit[r], out int tied) && structure.Time[tied] == structure.Time[own];
                isKept[r] = structure.Time[r] <= structure.Time[own] && !isSibling;
                isEvent[r] = r == own;
            }
        }

        // Which of two siblings decided at once stands for the household is left to a hash of the child.
        bool IsEarlier(int a, int b) => structure.Time[a] != structure.Time[b]
            ? structure.Time[a] < structure.Time[b]
            : SplitMix.Mix((ulong)structure.Unit[a]) < SplitMix.Mix((ulong)structure.Unit[b]);
    }
}
