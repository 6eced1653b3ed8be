using Google.OrTools.LinearSolver;

namespace Warehouse.Reporting.Disclosure;

/// <summary>The attacker's linear programs of a component, in deviations from the true figures.</summary>
internal sealed class AttackProgram : IDisposable
{
    private readonly ProtectionComponent _component;
    private readonly Solver _solver;
    private readonly Variable[] _variables;
    private readonly Constraint?[] _rows;
    private readonly bool[] _hidden;
    private readonly MPSolverParameters _onward = new();
    private int _limited = -1;

    internal AttackProgram(ProtectionComponent component)
    {
        _component = component;
        _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
        _onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
        _hidden = new bool[component.Count];
        _variables = _solver.MakeNumVarArray(component.Count, 0, 0);
        // What follows from other sums binds nothing more.
        _rows = new Constraint?[component.Rows.Count];
        foreach (int row in component.IndependentRows)
        {
            Constraint constraint = _rows[row] = _solver.MakeConstraint(0, 0);
            foreach ((int cell, int sign) in component.Rows[row])
            {
                constraint.SetCoefficient(_variables[cell], sign);
            }
        }
    }

    /// <summary>How many programs were solved.</summary>
    internal long Solved { get; private set; }

    public void Dispose()
    {
        _onward.Dispose();
        _solver.Dispose();
    }

    /// <summary>Hides these figures and shows the others.</summary>
    internal void Hide(bool[] hidden)
    {
        for (int i = 0; i < hidden.Length; i++)
        {
            Set(i, hidden[i]);
        }
    }

    internal void Set(int cell, bool hidden)
    {
        if (_hidden[cell] != hidden)
        {
            _hidden[cell] = hidden;
            _variables[cell].SetBounds(hidden ? -_component.Down[cell] : 0, hidden ? _component.Up[cell] : 0);
        }
    }

    /// <summary>Returns the deviations of all figures with this one as far up or down as possible, no farther than it needs.</summary>
    internal double[] Solve(LocalNeed need, bool up)
    {
        Run(need, up);
        double[] point = new double[_variables.Length];
        for (int i = 0; i < point.Length; i++)
        {
            // Shown figures do not move, whatever the solver's rounding says.
            point[i] = _hidden[i] ? _variables[i].SolutionValue() : 0;
        }

        return point;
    }

    /// <summary>Returns how far a figure can move, with the duals of the sums.</summary>
    internal double Reach(LocalNeed need, bool up, out double[] duals)
    {
        Run(need, up);
        duals = new double[_rows.Length];
        for (int row = 0; row < duals.Length; row++)
        {
            double dual = _rows[row]?.DualValue() ?? 0;
            duals[row] = up ? dual : -dual;
        }

        return Math.Abs(_variables[need.Cell].SolutionValue());
    }

    // A solution is gone once a bound changes, so the last figure's bounds are put back only now.
    private void Restore()
    {
        if (_limited >= 0)
        {
            _variables[_limited].SetBounds(_hidden[_limited] ? -_component.Down[_limited] : 0, _hidden[_limited] ? _component.Up[_limited] : 0);
            _limited = -1;
        }
    }

    private void Run(LocalNeed need, bool up)
    {
        Restore();
        _limited = need.Cell;
        Variable variable = _variables[need.Cell];
        double down = _component.Down[need.Cell], top = _component.Up[need.Cell];
        variable.SetBounds(-Math.Min(down, need.Farthest(false)), Math.Min(top, need.Farthest(true)));
        Objective objective = _solver.Objective();
        objective.Clear();
        objective.SetCoefficient(variable, 1);
        objective.SetOptimizationDirection(up);
        // Without presolve the simplex goes on from the last basis, and little has changed since.
        Solved++;
        Solver.ResultStatus status = _solver.Solve(_onward);
        if (status is Solver.ResultStatus.ABNORMAL or Solver.ResultStatus.NOT_SOLVED)
        {
            status = _solver.Solve();
        }

        // The true figures are a solution, and the objective is bounded.
        if (status != Solver.ResultStatus.OPTIMAL)
        {
            throw new InvalidOperationException($"The attacker's linear program ended with {status}; expected an optimum.");
        }
    }
}
