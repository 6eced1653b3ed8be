namespace Warehouse.Reporting.Disclosure;

/// <summary>Searches the cheapest further figures of one component.</summary>
internal sealed class ComponentSearch : IPartSearch
{
    private const double Tolerance = 1e-6;

    // Deterministic seconds of the master problem for the first solution.
    private const double StartSeconds = 0.05;

    // A program of cheapest adjustments takes about as long as so many of the attacker's.
    private const int AdjustmentShare = 10;

    private readonly ProtectionComponent _component;
    private readonly ProtectionEffort _effort;
    private readonly CancellationToken _cancellation;
    private readonly List<CellNeed> _unprotected = [];
    private long _begun;
    private long _bestCost = long.MaxValue;

    internal ComponentSearch(ProtectionComponent component, ProtectionEffort effort, CancellationToken cancellation)
    {
        _component = component;
        _effort = effort;
        _cancellation = cancellation;
    }

    public bool[] Best { get; private set; } = [];

    public long Bound { get; private set; }

    public int Rounds { get; private set; }

    public int Cuts { get; private set; }

    public IReadOnlyList<CellNeed> Unprotected => _unprotected;

    /// <summary>Returns the needs that can be met by hiding everything; the others go to <see cref="Unprotected"/>.</summary>
    internal LocalNeed[] Possible(AttackProgram attack, IReadOnlyList<LocalNeed> needs)
    {
        bool[] all = new bool[_component.Count];
        Array.Fill(all, true);
        attack.Hide(all);
        List<LocalNeed> possible = [];
        double[] most = new double[_component.Count], least = new double[_component.Count];
        foreach (LocalNeed need in needs)
        {
            _cancellation.ThrowIfCancellationRequested();
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

            List<(CellNeed Need, int Sign)> met = need.Sources.Where(source => LocalNeed.Of(need.Cell, [source]).IsMet(most[need.Cell], -least[need.Cell])).ToList();
            _unprotected.AddRange(need.Sources.Except(met).Select(source => source.Need));
            if (met.Count > 0)
            {
                possible.Add(LocalNeed.Of(need.Cell, met));
            }
        }

        return [.. possible];
    }

    public void Solve()
    {
        using AttackProgram attack = new(_component);
        using AdjustmentProgram adjustment = new(_component);
        LocalNeed[] needs = Possible(attack, _component.Needs); Best = _component.Forced.ToArray();
        if (needs.Length == 0)
        {
            return;
        }

        Pattern pattern = new(_component, needs, attack, adjustment);
        SuppressionMaster master = new(_component, needs);
        Start(pattern, master);
        if (_effort.Rounds > 0)
        {
            _begun = Spent(attack, adjustment);
            Improve(pattern, attack, adjustment);
            Prove(pattern, needs, attack, adjustment, master);
        }

        Bound = Math.Min(Bound, _bestCost);
    }

    private bool IsSpent(AttackProgram attack, AdjustmentProgram adjustment) => Spent(attack, adjustment) - _begun > _effort.Work / _component.Count;

    private static long Spent(AttackProgram attack, AdjustmentProgram adjustment) => attack.Solved + (AdjustmentShare * adjustment.Solved);

    private bool Keep(Pattern pattern)
    {
        long cost = _component.CostOf(pattern.Hidden);
        if (cost >= _bestCost)
        {
            return false;
        }

        Best = (bool[])pattern.Hidden.Clone();
        _bestCost = cost;
        return true;
    }

    // From the cheapest set that the sums one by one allow: what it misses is not much.
    private void Start(Pattern pattern, SuppressionMaster master)
    {
        MasterAnswer answer = master.Solve(_component.Forced.ToArray(), StartSeconds);
        Bound = answer.Bound;
        pattern.Hide(answer.Hidden ?? _component.Forced.ToArray());
        pattern.Complete(-1);
        pattern.CleanUp(_cancellation);
        Keep(pattern);
    }

    // One hidden figure after the other, the dearest first: forbid it, mend what breaks, and keep the result where it is cheaper.
    private void Improve(Pattern pattern, AttackProgram attack, AdjustmentProgram adjustment)
    {
        int attempts = _effort.Improvements;
        bool better = true;
        while (better && attempts > 0 && Bound < _bestCost)
        {
            better = false;
            int[] candidates = Enumerable.Range(0, _component.Count).Where(i => Best[i] && !_component.Forced[i]).OrderByDescending(i => _component.Cost[i]).ThenBy(i => i).ToArray();
            foreach (int cell in candidates)
            {
                if (attempts-- <= 0 || IsSpent(attack, adjustment))
                {
                    return;
                }

                if (!Best[cell])
                {
                    continue;
                }

                _cancellation.ThrowIfCancellationRequested();
                pattern.Hide(Best);
                pattern.Show(cell);
                if (pattern.Complete(cell))
                {
                    pattern.CleanUp(_cancellation);
                    better |= Keep(pattern);
                }
            }
        }
    }

    private void Prove(Pattern pattern, LocalNeed[] needs, AttackProgram attack, AdjustmentProgram adjustment, SuppressionMaster master)
    {
        double left = _effort.MasterSeconds;
        while (Rounds < _effort.Rounds && left > 0 && Bound < _bestCost && (Rounds == 0 || !IsSpent(attack, adjustment)))
        {
            _cancellation.ThrowIfCancellationRequested();
            Rounds++;
            MasterAnswer answer = master.Solve(Best, left);
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
                pattern.CleanUp(_cancellation);
                Keep(pattern);
            }
        }
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
