namespace Warehouse.Reporting.Disclosure;

/// <summary>Figures that hang together by sums, seen as deviations from the true figures; figures that can only move together are one variable.</summary>
internal sealed class ProtectionComponent
{
    private readonly (int Cell, int Sign)[][] _members;
    private readonly double[] _up;
    private readonly double[] _down;
    private readonly long[] _cost;
    private readonly bool[] _forced;
    private int[]? _independent;

    /// <summary>Makes a component of variables and the sums between them.</summary>
    internal ProtectionComponent(
        (int Cell, int Sign)[][] members, double[] up, double[] down, long[] cost, bool[] forced, (int Cell, int Sign)[][] rows, LocalNeed[] needs, long forcedCost)
    {
        _members = members;
        _up = up;
        _down = down;
        _cost = cost;
        _forced = forced;
        Rows = rows;
        Needs = needs;
        ForcedCost = forcedCost;
        List<int>[] rowsOf = members.Select(_ => new List<int>()).ToArray();
        for (int row = 0; row < rows.Length; row++)
        {
            foreach ((int cell, _) in rows[row])
            {
                rowsOf[cell].Add(row);
            }
        }

        RowsOf = rowsOf.Select(list => list.ToArray()).ToArray();
    }

    internal int Count => _members.Length;

    /// <summary>The sums: variables with their coefficients, zero together.</summary>
    internal IReadOnlyList<(int Cell, int Sign)[]> Rows { get; }

    /// <summary>The places of sums from which all others follow.</summary>
    internal IReadOnlyList<int> IndependentRows => _independent ??= Disclosure.IndependentRows.Of(Rows, Count);

    /// <summary>For each variable the sums that it is in.</summary>
    internal IReadOnlyList<int[]> RowsOf { get; }

    internal ReadOnlySpan<double> Up => _up;

    internal ReadOnlySpan<double> Down => _down;

    internal ReadOnlySpan<long> Cost => _cost;

    /// <summary>What is hidden whatever else is.</summary>
    internal ReadOnlySpan<bool> Forced => _forced;

    internal LocalNeed[] Needs { get; }

    /// <summary>The cost of figures that can only move together with one that has to: they are hidden in every set that protects.</summary>
    internal long ForcedCost { get; }

    /// <summary>For each variable the figures that move with it, and whether with it or against it.</summary>
    internal IReadOnlyList<(int Cell, int Sign)[]> Members => _members;

    /// <summary>Marks the figures of hidden variables.</summary>
    internal void Mark(bool[] chosen, bool[] hidden)
    {
        for (int i = 0; i < chosen.Length; i++)
        {
            if (chosen[i])
            {
                foreach ((int cell, _) in _members[i])
                {
                    hidden[cell] = true;
                }
            }
        }
    }

    /// <summary>Whether only one hidden figure of some sum would be left if this one were shown.</summary>
    internal bool LeavesOneAlone(int cell, bool[] hidden)
    {
        foreach (int row in RowsOf[cell])
        {
            int others = 0, last = -1;
            foreach ((int other, _) in Rows[row])
            {
                if (other != cell && hidden[other])
                {
                    others++;
                    last = other;
                }
            }

            if (others == 1 && _forced[last])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns what the hidden variables cost that are not forced.</summary>
    internal long CostOf(bool[] hidden)
    {
        long cost = 0;
        for (int i = 0; i < hidden.Length; i++)
        {
            cost += hidden[i] && !_forced[i] ? _cost[i] : 0;
        }

        return cost;
    }
}

/// <summary>What has to stay uncertain, by the variable of its component: the strictest of the needs of the figures that move with it.</summary>
internal sealed record LocalNeed(int Cell, double Width, double Up, double Down, IReadOnlyList<(CellNeed Need, int Sign)> Sources)
{
    /// <summary>Returns the strictest of the needs; each with whether its figure moves with the variable or against it.</summary>
    internal static LocalNeed Of(int cell, IReadOnlyList<(CellNeed Need, int Sign)> sources) => new(
        cell,
        sources.Max(source => (double)source.Need.Width),
        sources.Max(source => (double)(source.Sign > 0 ? source.Need.Up : source.Need.Down)),
        sources.Max(source => (double)(source.Sign > 0 ? source.Need.Down : source.Need.Up)),
        sources);

    internal double Farthest(bool up) => Math.Max(Width, up ? Up : Down);

    internal bool IsMet(double up, double down) => up + down >= Width - 1e-6 && up >= Up - 1e-6 && down >= Down - 1e-6;
}
