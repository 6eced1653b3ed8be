namespace Warehouse.Reporting.Disclosure;

/// <summary>A set of hidden figures while it is worked on, with evidence for each need that it is met.</summary>
/// <remarks>Evidence is two possible truths; it holds as long as every figure that moves in them is hidden.</remarks>
internal sealed class Pattern
{
    private const double Moves = 1e-7;

    private readonly ProtectionComponent _component;
    private readonly LocalNeed[] _needs;
    private readonly AttackProgram _attack;
    private readonly AdjustmentProgram _adjustment;
    private readonly double[]?[] _high;
    private readonly double[]?[] _low;

    internal Pattern(ProtectionComponent component, LocalNeed[] needs, AttackProgram attack, AdjustmentProgram adjustment)
    {
        _component = component;
        _needs = needs;
        _attack = attack;
        _adjustment = adjustment;
        _high = new double[]?[needs.Length];
        _low = new double[]?[needs.Length];
        Hidden = new bool[component.Count];
    }

    internal bool[] Hidden { get; }

    /// <summary>Hides these figures and shows the others.</summary>
    internal void Hide(bool[] hidden)
    {
        hidden.CopyTo(Hidden, 0);
        Forget();
    }

    internal void Show(int cell)
    {
        Hidden[cell] = false;
        Forget();
    }

    /// <summary>Hides what is missing until every need is met; false where that takes the forbidden figure.</summary>
    internal bool Complete(int forbidden)
    {
        _attack.Hide(Hidden);
        foreach (int n in Enumerable.Range(0, _needs.Length).OrderByDescending(n => _needs[n].Farthest(true)).ThenBy(n => n))
        {
            if (IsMet(n) || Attack(n))
            {
                continue;
            }

            if (_adjustment.Solve(_needs[n], Hidden, forbidden) is not { } truths)
            {
                return false;
            }

            for (int i = 0; i < Hidden.Length; i++)
            {
                if (!Hidden[i] && (Math.Abs(truths.High[i]) > Moves || Math.Abs(truths.Low[i]) > Moves))
                {
                    Hidden[i] = true;
                    _attack.Set(i, true);
                }
            }

            Offer(truths.High);
            Offer(truths.Low);
            if (!IsMet(n))
            {
                Attack(n);
            }
        }

        return true;
    }

    /// <summary>Shows every figure again that is hidden for the sake of others and not needed, the dearest first.</summary>
    internal void CleanUp(CancellationToken cancellation)
    {
        _attack.Hide(Hidden);
        int[] candidates = Enumerable.Range(0, Hidden.Length)
            .Where(i => Hidden[i] && !_component.Forced[i]).OrderByDescending(i => _component.Cost[i]).ThenBy(i => i).ToArray();
        foreach (int cell in candidates)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_component.LeavesOneAlone(cell, Hidden))
            {
                continue;
            }

            Hidden[cell] = false;
            _attack.Set(cell, false);
            bool needed = false;
            for (int n = 0; n < _needs.Length && !needed; n++)
            {
                if (MovesIn(_high[n], cell) || MovesIn(_low[n], cell))
                {
                    double[]? high = _high[n], low = _low[n];
                    _high[n] = MovesIn(high, cell) ? null : high;
                    _low[n] = MovesIn(low, cell) ? null : low;
                    if (!Attack(n))
                    {
                        needed = true;
                        _high[n] = high;
                        _low[n] = low;
                    }
                }
            }

            if (needed)
            {
                Hidden[cell] = true;
                _attack.Set(cell, true);
            }
        }
    }

    private static bool MovesIn(double[]? truth, int cell) => truth is not null && Math.Abs(truth[cell]) > Moves;

    private void Forget()
    {
        for (int n = 0; n < _needs.Length; n++)
        {
            _high[n] = Holds(_high[n]) ? _high[n] : null;
            _low[n] = Holds(_low[n]) ? _low[n] : null;
        }
    }

    private bool Holds(double[]? truth)
    {
        if (truth is null)
        {
            return false;
        }

        for (int i = 0; i < truth.Length; i++)
        {
            if (!Hidden[i] && Math.Abs(truth[i]) > Moves)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsMet(int n)
    {
        int cell = _needs[n].Cell;
        return _needs[n].IsMet(Math.Max(_high[n]?[cell] ?? 0, 0), Math.Max(-(_low[n]?[cell] ?? 0), 0));
    }

    private bool Attack(int n)
    {
        foreach (bool up in new[] { true, false })
        {
            if (!IsMet(n))
            {
                Offer(_attack.Solve(_needs[n], up));
            }
        }

        return IsMet(n);
    }

    // A truth found for one need may serve others as well.
    private void Offer(double[] truth)
    {
        for (int n = 0; n < _needs.Length; n++)
        {
            double move = truth[_needs[n].Cell];
            if (move > Moves && (_high[n] is not { } high || (high[_needs[n].Cell] < move && !IsMet(n))))
            {
                _high[n] = truth;
            }

            if (move < -Moves && (_low[n] is not { } low || (low[_needs[n].Cell] > move && !IsMet(n))))
            {
                _low[n] = truth;
            }
        }
    }
}
