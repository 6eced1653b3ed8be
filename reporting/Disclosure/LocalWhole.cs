using Google.OrTools.LinearSolver;

namespace Warehouse.Reporting.Disclosure;

/// <summary>Whole figures near known ones, looked for where few figures move: around one figure first, then farther.</summary>
/// <remarks>
/// The equations of a figure, of the figures in them, and so on, up to a number of figures; all others stand still. The program of the smallest difference over so few figures takes a millisecond, and its answer
/// mostly is whole. It finds nothing where a figure can move only together with others far away: then the whole component is asked.
/// </remarks>
internal sealed class LocalWhole
{
    private const double Tolerance = 1e-6;
    private const int Attempts = 2;

    // Figures around the one asked for; the first time without those that hold several tables together.
    private static readonly (int Size, bool IsOwnTable)[] Regions = [(90, true), (260, true), (400, false)];

    private readonly double[] _from;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private readonly (int At, int Coefficient)[][] _rows;
    private readonly List<int>[] _rowsOf;
    private readonly int _usual;

    internal LocalWhole(double[] from, double[] lower, double[] upper, (int At, int Coefficient)[][] rows, List<int>[] rowsOf)
    {
        (_from, _lower, _upper, _rows, _rowsOf) = (from, lower, upper, rows, rowsOf);
        int[] degrees = [.. rowsOf.Select(list => list.Count).Order()];
        _usual = degrees[degrees.Length / 2] + 2;
    }

    /// <summary>How many programs were solved.</summary>
    internal int Programs { get; private set; }

    /// <summary>Returns by how much each figure differs in whole figures that have this one at the value; null where none were found nearby.</summary>
    internal Dictionary<int, long>? Find(int at, double value)
    {
        int before = 0;
        foreach ((int size, bool isOwnTable) in Regions)
        {
            List<int> region = Around(at, size, isOwnTable);
            if (region.Count == before)
            {
                continue;
            }

            before = region.Count;
            if (Solve(region, at, value) is { } moves)
            {
                return moves;
            }
        }

        return null;
    }

    private List<int> Around(int at, int size, bool isOwnTable)
    {
        List<int> region = [at];
        HashSet<int> seen = [at], rows = [];
        for (int next = 0; next < region.Count && region.Count < size; next++)
        {
            // Short equations leave the least choice.
            foreach (int row in _rowsOf[region[next]].OrderBy(row => _rows[row].Length).ThenBy(row => row))
            {
                if (!rows.Add(row))
                {
                    continue;
                }

                foreach ((int other, _) in _rows[row])
                {
                    if ((!isOwnTable || _rowsOf[other].Count <= _usual) && seen.Add(other))
                    {
                        region.Add(other);
                    }
                }
            }
        }

        return region;
    }

    private Dictionary<int, long>? Solve(List<int> region, int at, double value)
    {
        using Solver solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
        using MPSolverParameters onward = new();
        onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
        double move = value - _from[at];
        Dictionary<int, (Variable More, Variable Less)> variables = new(region.Count);
        Objective objective = solver.Objective();
        objective.SetMinimization();
        foreach (int figure in region)
        {
            bool isAsked = figure == at;
            Variable more = solver.MakeNumVar(isAsked && move > 0 ? move : 0, isAsked && move < 0 ? 0 : _upper[figure] - _from[figure], string.Empty);
            Variable less = solver.MakeNumVar(isAsked && move < 0 ? -move : 0, isAsked && move > 0 ? 0 : _from[figure] - _lower[figure], string.Empty);
            variables.Add(figure, (more, less));
        }

        HashSet<int> rows = [];
        foreach (int row in region.SelectMany(figure => _rowsOf[figure]))
        {
            if (!rows.Add(row))
            {
                continue;
            }

            Constraint constraint = solver.MakeConstraint(0, 0);
            foreach ((int figure, int coefficient) in _rows[row])
            {
                if (variables.TryGetValue(figure, out (Variable More, Variable Less) pair))
                {
                    constraint.SetCoefficient(pair.More, coefficient);
                    constraint.SetCoefficient(pair.Less, -coefficient);
                }
            }
        }

        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            // Other prices lead to other corners.
            foreach ((int figure, (Variable more, Variable less)) in variables)
            {
                double price = 1 + (attempt * ((figure * 7919L) + (attempt * 104_729L)) % 1_000 / 1_000.0);
                objective.SetCoefficient(more, price);
                objective.SetCoefficient(less, price);
            }

            Programs++;
            if (solver.Solve(onward) != Solver.ResultStatus.OPTIMAL)
            {
                return null;
            }

            Dictionary<int, long> moves = [];
            bool isWhole = true;
            foreach ((int figure, (Variable more, Variable less)) in variables)
            {
                double moved = more.SolutionValue() - less.SolutionValue();
                double whole = Math.Round(moved);
                isWhole &= Math.Abs(moved - whole) < Tolerance;
                if (whole != 0)
                {
                    moves.Add(figure, (long)whole);
                }
            }

            if (isWhole)
            {
                return moves;
            }
        }

        return null;
    }
}
