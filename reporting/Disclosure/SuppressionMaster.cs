using Google.OrTools.Sat;

namespace Warehouse.Reporting.Disclosure;

/// <summary>What a round of the master problem found.</summary>
/// <param name="Hidden">The cheapest set found that obeys all cuts so far; null where none was found in time.</param>
/// <param name="Bound">No set that obeys them costs less.</param>
/// <param name="IsOptimal">Whether the set is the cheapest.</param>
/// <param name="Seconds">Deterministic seconds taken.</param>
internal sealed record MasterAnswer(bool[]? Hidden, long Bound, bool IsOptimal, double Seconds);

/// <summary>The binary problem which figures to hide, under the conditions found so far.</summary>
/// <remarks>
/// From the start: in every sum, a hidden figure has another one beside it (or it could be computed; if nobody needs it hidden, showing it changes nothing, so a cheapest set has none such), and for each need
/// and sum the others can move as much as the figure has to. Cuts come from the duals of the attacker's programs, with coefficients cut to the right-hand side (Fischetti and Salazar 2000, section 4).
/// </remarks>
internal sealed class SuppressionMaster
{
    private readonly ProtectionComponent _component;
    private readonly CpModel _model = new();
    private readonly BoolVar[] _hide;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    internal SuppressionMaster(ProtectionComponent component, LocalNeed[] needs)
    {
        _component = component;
        _hide = new BoolVar[component.Count];
        for (int i = 0; i < _hide.Length; i++)
        {
            _hide[i] = _model.NewBoolVar(string.Empty);
            if (component.Forced[i])
            {
                _model.Add(_hide[i] == 1);
            }
        }

        foreach ((int Cell, int Sign)[] row in component.Rows)
        {
            AddCompany(row);
        }

        foreach (LocalNeed need in needs)
        {
            AddSums(need);
        }

        int[] open = Enumerable.Range(0, _hide.Length).Where(i => !component.Forced[i]).ToArray();
        long[] costs = new long[open.Length];
        for (int i = 0; i < open.Length; i++)
        {
            costs[i] = component.Cost[open[i]];
        }

        _model.Minimize(LinearExpr.WeightedSum(open.Select(i => _hide[i]).ToArray(), costs));
    }

    internal int CutCount { get; private set; }

    internal MasterAnswer Solve(bool[] hint, double seconds)
    {
        _model.ClearHints();
        for (int i = 0; i < hint.Length; i++)
        {
            _model.AddHint(_hide[i], hint[i]);
        }

        // One worker and a limit in deterministic seconds: the same answer on every machine.
        CpSolver solver = new() { StringParameters = FormattableString.Invariant($"num_workers:1,random_seed:1,linearization_level:2,max_deterministic_time:{seconds}") };
        CpSolverStatus status = solver.Solve(_model);
        double taken = Math.Max(solver.Response?.DeterministicTime ?? 0, 1e-4);
        if (status is not (CpSolverStatus.Optimal or CpSolverStatus.Feasible))
        {
            return new MasterAnswer(null, status == CpSolverStatus.Unknown ? Bound(solver) : 0, false, taken);
        }

        return new MasterAnswer(_hide.Select(hide => solver.BooleanValue(hide)).ToArray(), Bound(solver), status == CpSolverStatus.Optimal, taken);
    }

    /// <summary>Adds the condition that duals of the attacker's programs give: the hidden figures together move at least so far.</summary>
    internal void Cut(double least, bool[] hidden, double[]? upDuals, double[]? downDuals, int cell)
    {
        double[] coefficients = new double[_component.Count];
        Weigh(coefficients, upDuals, cell, 1);
        Weigh(coefficients, downDuals, cell, -1);
        if (!AddCovering(Enumerable.Range(0, coefficients.Length).Where(i => coefficients[i] > 0).Select(i => (i, coefficients[i])).ToList(), least, hidden))
        {
            // Rounding spoilt the duals: what is hidden now is not enough, so something else has to be.
            _model.AddBoolOr(Enumerable.Range(0, hidden.Length).Where(i => !hidden[i]).Select(i => (ILiteral)_hide[i]));
            CutCount++;
        }
    }

    private static long Bound(CpSolver solver) => (long)Math.Ceiling(solver.BestObjectiveBound - 1e-6);

    private void AddCompany((int Cell, int Sign)[] row)
    {
        foreach ((int cell, _) in row)
        {
            if (row.Length == 1)
            {
                _model.Add(_hide[cell] == 0);
            }
            else if (row.All(term => term.Cell == cell || !_component.Forced[term.Cell]))
            {
                _model.AddBoolOr(row.Where(term => term.Cell != cell).Select(term => (ILiteral)_hide[term.Cell]).Append(_hide[cell].Not()));
            }
        }
    }

    private void AddSums(LocalNeed need)
    {
        foreach (int at in _component.RowsOf[need.Cell])
        {
            (int Cell, int Sign)[] row = _component.Rows[at];
            int own = Array.Find(row, term => term.Cell == need.Cell).Sign;
            List<(int Cell, double Coefficient)> against = [], along = [];
            foreach ((int cell, int other) in row)
            {
                if (cell != need.Cell)
                {
                    // The need's figure goes up when equal signs go down.
                    double share = Math.Abs(other / (double)own);
                    bool isSame = other > 0 == own > 0;
                    against.Add((cell, share * (isSame ? _component.Down[cell] : _component.Up[cell])));
                    along.Add((cell, share * (isSame ? _component.Up[cell] : _component.Down[cell])));
                }
            }

            AddCovering(against, Math.Max(need.Width - _component.Down[need.Cell], need.Up), null);
            AddCovering(along, Math.Max(need.Width - _component.Up[need.Cell], need.Down), null);
        }
    }

    private void Weigh(double[] coefficients, double[]? duals, int cell, int direction)
    {
        if (duals is null)
        {
            return;
        }

        double[] reduced = new double[coefficients.Length];
        reduced[cell] = 1;
        for (int row = 0; row < duals.Length; row++)
        {
            if (Math.Abs(duals[row]) > 1e-9)
            {
                foreach ((int other, int sign) in _component.Rows[row])
                {
                    reduced[other] -= direction * duals[row] * sign;
                }
            }
        }

        for (int i = 0; i < reduced.Length; i++)
        {
            if (Math.Abs(reduced[i]) > 1e-7)
            {
                bool up = reduced[i] * direction > 0;
                coefficients[i] += Math.Abs(reduced[i]) * (up ? _component.Up[i] : _component.Down[i]);
            }
        }
    }

    // Adds that the coefficients of hidden figures come to at least so much; false where the figures hidden now would do, so that the condition cuts nothing.
    private bool AddCovering(List<(int Cell, double Coefficient)> coefficients, double least, bool[]? hidden)
    {
        foreach ((int cell, double coefficient) in coefficients)
        {
            least -= _component.Forced[cell] ? coefficient : 0;
        }

        if (!(least > 1e-6))
        {
            return false;
        }

        bool whole = Math.Abs(least - Math.Round(least)) < 1e-6;
        List<(int Cell, double Coefficient)> terms = [];
        double now = 0;
        foreach ((int cell, double given) in coefficients)
        {
            double coefficient = Math.Min(given, least);
            if (_component.Forced[cell] || coefficient < 1e-9)
            {
                continue;
            }

            terms.Add((cell, coefficient));
            whole &= Math.Abs(coefficient - Math.Round(coefficient)) < 1e-6;
            now += hidden is not null && hidden[cell] ? coefficient : 0;
        }

        if (hidden is not null && now > least - 1e-6)
        {
            return false;
        }

        // Coefficients rounded up weaken the condition, never falsify it.
        double scale = whole ? 1 : 10_000 / least;
        long right = whole ? (long)Math.Round(least) : 10_000;
        long[] weights = terms.Select(term => whole ? (long)Math.Round(term.Coefficient) : Math.Min(right, (long)Math.Ceiling((term.Coefficient * scale) - 1e-6))).ToArray();
        if (_seen.Add(right + "|" + string.Join(';', terms.Select((term, at) => $"{term.Cell}*{weights[at]}"))))
        {
            _model.Add(LinearExpr.WeightedSum(terms.Select(term => _hide[term.Cell]).ToArray(), weights) >= right);
            CutCount++;
            return true;
        }

        return hidden is null;
    }
}
