namespace Warehouse.Reporting.Disclosure;

/// <summary>Figures that hang together by sums, seen as deviations from the true figures.</summary>
internal sealed class ProtectionComponent
{
    private const double Tolerance = 1e-6;

    private readonly int[] _cells;
    private readonly double[] _up;
    private readonly double[] _down;
    private readonly long[] _cost;
    private readonly bool[] _forced;
    private readonly (int Cell, int Sign)[][] _rows;
    private readonly int[][] _rowsOf;
    private readonly LocalNeed[] _needs;
    private long _begun;
    private bool[] _best = [];
    private long _bestCost = long.MaxValue;

    private ProtectionComponent(
        int[] cells, double[] up, double[] down, long[] cost, bool[] forced, (int Cell, int Sign)[][] rows, LocalNeed[] needs)
    {
        _cells = cells;
        _up = up;
        _down = down;
        _cost = cost;
        _forced = forced;
        _rows = rows;
        _needs = needs;
        List<int>[] rowsOf = cells.Select(_ => new List<int>()).ToArray();
        for (int row = 0; row < rows.Length; row++)
        {
            foreach ((int cell, _) in rows[row])
            {
                rowsOf[cell].Add(row);
            }
        }

        _rowsOf = rowsOf.Select(list => list.ToArray()).ToArray();
    }

    internal int Count => _cells.Length;

    internal IReadOnlyList<(int Cell, int Sign)[]> Rows => _rows;

    internal ReadOnlySpan<double> Up => _up;

    internal ReadOnlySpan<double> Down => _down;

    internal ReadOnlySpan<long> Cost => _cost;

    internal ReadOnlySpan<bool> Forced => _forced;

    /// <summary>No further figures of the component that protect it cost less than this together.</summary>
    internal long Bound { get; private set; }

    internal int Rounds { get; private set; }

    internal int Cuts { get; private set; }

    internal List<CellNeed> Unprotected { get; } = [];

    /// <summary>Splits a system where figures are known to everybody; components without a need are left out.</summary>
    internal static List<ProtectionComponent> Split(CellSystem system, IReadOnlyList<CellNeed> needs)
    {
        int count = system.Cells.Count;
        bool[] movable = system.Cells.Select(cell => cell.Kind is CellKind.Open or CellKind.Unpublished).ToArray();
        int[] parent = Enumerable.Range(0, count).ToArray();
        int Root(int cell)
        {
            while (parent[cell] != cell)
            {
                cell = parent[cell] = parent[parent[cell]];
            }

            return cell;
        }

        foreach (CellSum sum in system.Sums)
        {
            int first = -1;
            foreach (int place in sum.Parts.Prepend(sum.Total).Where(place => movable[place]))
            {
                first = first == -1 ? place : first;
                int a = Root(first), b = Root(place);
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        ILookup<int, CellNeed> needsOf = needs.ToLookup(need => Root(need.Cell));
        ILookup<int, int> cellsOf = Enumerable.Range(0, count).Where(cell => movable[cell]).ToLookup(Root);
        ILookup<int, CellSum> sumsOf = system.Sums.Where(sum => sum.Parts.Append(sum.Total).Any(place => movable[place])).ToLookup(sum => Root(sum.Parts.Append(sum.Total).First(place => movable[place])));
        List<ProtectionComponent> components = [];
        foreach (int root in needsOf.Select(group => group.Key).Order())
        {
            int[] cells = [.. cellsOf[root]];
            Dictionary<int, int> at = cells.Select((cell, place) => (cell, place)).ToDictionary(pair => pair.cell, pair => pair.place);
            (int, int)[][] rows = sumsOf[root]
                .Select(sum => sum.Parts.Select(part => (part, 1)).Append((sum.Total, -1)).Where(term => movable[term.Item1]).Select(term => (at[term.Item1], term.Item2)).ToArray())
                .ToArray();
            bool[] forced = cells.Select(cell => system.Cells[cell].Kind == CellKind.Unpublished).ToArray();
            foreach (CellNeed need in needsOf[root])
            {
                forced[at[need.Cell]] = true;
            }

            components.Add(new ProtectionComponent(
                cells,
                cells.Select(cell => system.Cells[cell].Upper is { } upper ? (double)(upper - system.Cells[cell].Value) : double.PositiveInfinity).ToArray(),
                cells.Select(cell => (double)(system.Cells[cell].Value - system.Cells[cell].Lower)).ToArray(),
                cells.Select(cell => system.Cells[cell].Kind == CellKind.Unpublished ? 0 : system.Cells[cell].Cost).ToArray(),
                forced,
                rows,
                needsOf[root].Select(need => new LocalNeed(at[need.Cell], (double)need.Width, (double)need.Up, (double)need.Down, need)).ToArray()));
        }

        return components;
    }

    internal void MarkHidden(bool[] hidden)
    {
        for (int i = 0; i < _cells.Length; i++)
        {
            hidden[_cells[i]] |= _best[i];
        }
    }

    internal void Solve(ProtectionEffort effort, CancellationToken cancellation)
    {
        using AttackProgram attack = new(this);
        using AdjustmentProgram adjustment = new(this);
        LocalNeed[] needs = Possible(attack);
        Pattern pattern = new(this, needs, attack, adjustment);
        pattern.Hide(_forced);
        pattern.Complete(-1);
        pattern.CleanUp(cancellation);
        Keep(pattern);
        if (effort.Rounds == 0 || needs.Length == 0)
        {
            Bound = needs.Length == 0 ? 0 : Bound;
            return;
        }

        _begun = attack.Solved;
        Improve(pattern, attack, effort, cancellation);
        Prove(pattern, needs, attack, effort, cancellation);
    }

    /// <summary>Whether only one hidden figure of some sum would be left if this one were shown.</summary>
    internal bool LeavesOneAlone(int cell, bool[] hidden)
    {
        foreach (int row in _rowsOf[cell])
        {
            int others = 0, last = -1;
            foreach ((int other, _) in _rows[row])
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

    internal long CostOf(bool[] hidden)
    {
        long cost = 0;
        for (int i = 0; i < hidden.Length; i++)
        {
            cost += hidden[i] && !_forced[i] ? _cost[i] : 0;
        }

        return cost;
    }

    private LocalNeed[] Possible(AttackProgram attack)
    {
        bool[] all = new bool[Count];
        Array.Fill(all, true);
        attack.Hide(all);
        List<LocalNeed> possible = [];
        double[] most = new double[Count], least = new double[Count];
        foreach (LocalNeed need in _needs)
        {
            if (!need.IsMet(most[need.Cell], -least[need.Cell]))
            {
                foreach (bool up in new[] { true, false })
                {
                    double[] point = attack.Solve(need, up);
                    for (int i = 0; i < point.Length; i++)
                    {
                        most[i] = Math.Max(most[i], point[i]);
                        least[i] = Math.Min(least[i], point[i]);
                    }
                }
            }

            if (need.IsMet(most[need.Cell], -least[need.Cell]))
            {
                possible.Add(need);
            }
            else
            {
                Unprotected.Add(need.Source);
            }
        }

        return [.. possible];
    }

    private bool IsSpent(AttackProgram attack, ProtectionEffort effort) => attack.Solved - _begun > effort.Work / Count;

    private bool Keep(Pattern pattern)
    {
        long cost = CostOf(pattern.Hidden);
        if (cost >= _bestCost)
        {
            return false;
        }

        _best = (bool[])pattern.Hidden.Clone();
        _bestCost = cost;
        return true;
    }

    // One hidden figure after the other, the dearest first: forbid it, mend what breaks, and keep the result where it is cheaper.
    private void Improve(Pattern pattern, AttackProgram attack, ProtectionEffort effort, CancellationToken cancellation)
    {
        int attempts = effort.Improvements;
        bool better = true;
        while (better && attempts > 0)
        {
            better = false;
            int[] candidates = Enumerable.Range(0, Count).Where(i => _best[i] && !_forced[i]).OrderByDescending(i => _cost[i]).ThenBy(i => i).ToArray();
            foreach (int cell in candidates)
            {
                if (attempts-- <= 0 || IsSpent(attack, effort))
                {
                    return;
                }

                if (!_best[cell])
                {
                    continue;
                }

                cancellation.ThrowIfCancellationRequested();
                pattern.Hide(_best);
                pattern.Show(cell);
                if (pattern.Complete(cell))
                {
                    pattern.CleanUp(cancellation);
                    better |= Keep(pattern);
                }
            }
        }
    }

    private void Prove(Pattern pattern, LocalNeed[] needs, AttackProgram attack, ProtectionEffort effort, CancellationToken cancellation)
    {
        SuppressionMaster master = new(this, needs);
        double left = effort.MasterSeconds;
        while (Rounds < effort.Rounds && left > 0 && (Rounds == 0 || !IsSpent(attack, effort)))
        {
            cancellation.ThrowIfCancellationRequested();
            Rounds++;
            MasterAnswer answer = master.Solve(_best, left);
            left -= answer.Seconds;
            Bound = Math.Min(_bestCost, Math.Max(Bound, answer.Bound));
            if (Bound >= _bestCost || answer.Hidden is not { } hidden)
            {
                break;
            }

            int before = master.CutCount;
            attack.Hide(hidden);
            foreach (LocalNeed need in needs)
            {
                Separate(need, hidden, attack, master);
            }

            Cuts += master.CutCount - before;
            pattern.Hide(hidden);
            if (master.CutCount == before)
            {
                Keep(pattern);
                if (!answer.IsOptimal)
                {
                    break;
                }

                continue;
            }

            if (pattern.Complete(-1))
            {
                pattern.CleanUp(cancellation);
                Keep(pattern);
            }
        }

        Bound = Math.Min(Bound, _bestCost);
    }

    private static void Separate(LocalNeed need, bool[] hidden, AttackProgram attack, SuppressionMaster master)
    {
        double up = attack.Reach(need, true, out double[] upDuals);
        double down = attack.Reach(need, false, out double[] downDuals);
        if (up + down < need.Width - Tolerance)
        {
            master.Cut(need.Width, hidden, upDuals, downDuals, need.Cell);
        }

        if (up < need.Up - Tolerance)
        {
            master.Cut(need.Up, hidden, upDuals, null, need.Cell);
        }

        if (down < need.Down - Tolerance)
        {
            master.Cut(need.Down, hidden, null, downDuals, need.Cell);
        }
    }
}

/// <summary>What has to stay uncertain, by the place of the figure in its component.</summary>
internal sealed record LocalNeed(int Cell, double Width, double Up, double Down, CellNeed Source)
{
    internal double Farthest(bool up) => Math.Max(Width, up ? Up : Down);

    internal bool IsMet(double up, double down) => up + down >= Width - 1e-6 && up >= Up - 1e-6 && down >= Down - 1e-6;
}
