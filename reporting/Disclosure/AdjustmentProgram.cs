using Google.OrTools.LinearSolver;

namespace Warehouse.Reporting.Disclosure;

/// <summary>The cheapest two possible truths that make one figure as uncertain as it has to be; figures that differ in them from the truth have to be hidden.</summary>
/// <remarks>Cost is paid by the unit of deviation, so the program is linear; it is solved again with the cost spread over the deviations found, which favours few figures.</remarks>
internal sealed class AdjustmentProgram : IDisposable
{
    private const int Reweightings = 2;

    private readonly ProtectionComponent _component;
    private readonly Solver _solver;

    // Deviation up and down of each figure in the higher truth, then in the lower.
    private readonly Variable[][] _moves;
    private readonly Constraint _width;
    private readonly double[][] _limits;

    internal AdjustmentProgram(ProtectionComponent component)
    {
        _component = component;
        _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
        _limits = new double[4][];
        _moves = new Variable[4][];
        for (int kind = 0; kind < 4; kind++)
        {
            ReadOnlySpan<double> limits = kind % 2 == 0 ? component.Up : component.Down;
            _limits[kind] = limits.ToArray();
            _moves[kind] = new Variable[component.Count];
            for (int i = 0; i < component.Count; i++)
            {
                _moves[kind][i] = _solver.MakeNumVar(0, _limits[kind][i], string.Empty);
            }
        }

        for (int truth = 0; truth < 4; truth += 2)
        {
            foreach ((int Cell, int Sign)[] row in component.IndependentRows.Select(row => component.Rows[row]))
            {
                Constraint constraint = _solver.MakeConstraint(0, 0);
                foreach ((int cell, int sign) in row)
                {
                    constraint.SetCoefficient(_moves[truth][cell], sign);
                    constraint.SetCoefficient(_moves[truth + 1][cell], -sign);
                }
            }
        }

        _width = _solver.MakeConstraint(0, double.PositiveInfinity);
    }

    /// <summary>How many programs were solved.</summary>
    internal long Solved { get; private set; }

    public void Dispose() => _solver.Dispose();

    /// <summary>Returns two truths, or null where there are none without the forbidden figure.</summary>
    /// <param name="need">What has to stay uncertain.</param>
    /// <param name="hidden">What is hidden already and costs nothing.</param>
    /// <param name="forbidden">A figure that may not be hidden, −1 for none.</param>
    internal (double[] High, double[] Low)? Solve(LocalNeed need, bool[] hidden, int forbidden)
    {
        Bind(need, true);
        if (forbidden >= 0)
        {
            SetLimits(forbidden, false);
        }

        double[]? used = null;
        (double[], double[])? answer = null;
        for (int round = 0; round <= Reweightings; round++)
        {
            Price(need, hidden, used);
            Solved++;
            if (_solver.Solve() != Solver.ResultStatus.OPTIMAL)
            {
                break;
            }

            double[] high = Moves(0), low = Moves(2);
            answer = (high, low);
            used = new double[high.Length];
            for (int i = 0; i < used.Length; i++)
            {
                used[i] = Math.Abs(high[i]) + Math.Abs(low[i]);
            }
        }

        if (forbidden >= 0)
        {
            SetLimits(forbidden, true);
        }

        Bind(need, false);
        return answer;
    }

    private void Price(LocalNeed need, bool[] hidden, double[]? used)
    {
        Objective objective = _solver.Objective();
        objective.Clear();
        objective.SetMinimization();
        double farthest = Math.Max(need.Farthest(true), need.Farthest(false));
        for (int i = 0; i < hidden.Length; i++)
        {
            for (int kind = 0; kind < 4; kind++)
            {
                // What is hidden already moves for next to nothing; not for nothing, or it would move without need.
                double unit = Math.Max(Math.Min(_limits[kind][i], farthest), 1e-3);
                double price = hidden[i] ? 1e-4 : used is null ? _component.Cost[i] / unit : _component.Cost[i] / (used[i] + (unit * 1e-2));
                objective.SetCoefficient(_moves[kind][i], price);
            }
        }
    }

    private double[] Moves(int truth)
    {
        double[] moves = new double[_component.Count];
        for (int i = 0; i < moves.Length; i++)
        {
            moves[i] = _moves[truth][i].SolutionValue() - _moves[truth + 1][i].SolutionValue();
        }

        return moves;
    }

    private void Bind(LocalNeed need, bool bound)
    {
        double sign = bound ? 1 : 0;
        _width.SetCoefficient(_moves[0][need.Cell], sign);
        _width.SetCoefficient(_moves[1][need.Cell], -sign);
        _width.SetCoefficient(_moves[2][need.Cell], -sign);
        _width.SetCoefficient(_moves[3][need.Cell], sign);
        _width.SetLb(bound ? need.Width : 0);
        // The figure itself goes up in the higher truth and down in the lower.
        _moves[0][need.Cell].SetLb(bound ? need.Up : 0);
        _moves[1][need.Cell].SetUb(bound ? 0 : _limits[1][need.Cell]);
        _moves[2][need.Cell].SetUb(bound ? 0 : _limits[2][need.Cell]);
        _moves[3][need.Cell].SetLb(bound ? need.Down : 0);
    }

    private void SetLimits(int cell, bool open)
    {
        for (int kind = 0; kind < 4; kind++)
        {
            _moves[kind][cell].SetUb(open ? _limits[kind][cell] : 0);
        }
    }
}
