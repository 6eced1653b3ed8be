using Google.OrTools.LinearSolver;

namespace Warehouse.Tests.Disclosure;

/// <summary>The linear programs of somebody who has read everything: between which bounds any sum of figures lies.</summary>
/// <remarks>
/// Plain equations and bounds, solved by CLP, and by GLOP where that finds no optimum; figures that no hidden figure ties together are programs of their own. Nothing is taken from what protects or audits, which
/// knows GLOP alone.
/// </remarks>
internal sealed class PublishedProgram : IDisposable
{
    private const double Most = 1e6;
    private static readonly string[] Solvers = ["CLP", "GLOP"];

    private readonly PublishedWorld _world;
    private readonly int[] _component;
    private readonly Dictionary<(int Root, string Solver), Part> _parts = [];
    private readonly double[] _lower;
    private readonly double[] _upper;
    private (int Figure, double AtLeast)? _known;

    /// <summary>Reads a world; the bounds may be narrower than those that are published, where somebody knows more.</summary>
    internal PublishedProgram(PublishedWorld world)
    {
        _world = world;
        _lower = [.. world.Figures.Select(figure => (double)figure.Lower)];
        _upper = [.. world.Figures.Select(figure => figure.Upper is { } upper ? (double)upper : Most)];
        _component = Enumerable.Range(0, world.Figures.Count).ToArray();
        foreach ((int total, int[] parts) in world.Sums)
        {
            int[] hidden = parts.Append(total).Where(place => _upper[place] > _lower[place]).ToArray();
            foreach (int place in hidden)
            {
                int a = Root(hidden[0]), b = Root(place);
                _component[Math.Max(a, b)] = Math.Min(a, b);
            }
        }
    }

    /// <summary>How many programs were solved.</summary>
    internal int Solved { get; private set; }

    public void Dispose()
    {
        foreach (Part part in _parts.Values)
        {
            part.Solver.Dispose();
        }
    }

    /// <summary>Returns between which whole numbers a sum of figures lies; the upper is null where nothing limits it.</summary>
    internal (decimal Lower, decimal? Upper) Range(params ReadOnlySpan<(int Figure, int Sign)> terms)
    {
        double least = 0, most = 0;
        Dictionary<int, List<(int Figure, int Sign)>> open = [];
        foreach ((int figure, int sign) in terms)
        {
            if (_upper[figure] <= _lower[figure])
            {
                least += sign * _lower[figure];
                most += sign * _lower[figure];
                continue;
            }

            int root = Root(figure);
            if (!open.TryGetValue(root, out List<(int, int)>? list))
            {
                open[root] = list = [];
            }

            list.Add((figure, sign));
        }

        foreach ((int root, List<(int Figure, int Sign)> list) in open)
        {
            least += Solve(root, list, false);
            most += Solve(root, list, true);
        }

        // Counts are whole.
        return ((decimal)Math.Ceiling(least - 1e-6), most > Most / 2 ? null : (decimal)Math.Floor(most + 1e-6));
    }

    /// <summary>Returns the range of a figure while another is at least so much.</summary>
    internal (decimal Lower, decimal? Upper) RangeWhile(int figure, int other, double atLeast)
    {
        if (_upper[other] <= _lower[other] || Root(other) != Root(figure))
        {
            return Range((figure, 1));
        }

        _known = (other, atLeast);
        try
        {
            return Range((figure, 1));
        }
        finally
        {
            _known = null;
        }
    }

    /// <summary>Returns the figures that a hidden one hangs together with by a sum.</summary>
    internal IEnumerable<int> Beside(int figure) => _world.Sums.Where(sum => sum.Total == figure || sum.Parts.Contains(figure)).SelectMany(sum => sum.Parts.Append(sum.Total)).Where(place => place != figure && _upper[place] > _lower[place]).Distinct();

    private double Solve(int root, List<(int Figure, int Sign)> terms, bool up)
    {
        Solver.ResultStatus status = Solver.ResultStatus.NOT_SOLVED;
        foreach (string name in Solvers)
        {
            Part part = PartOf(root, name);
            Objective objective = part.Solver.Objective();
            objective.Clear();
            foreach ((int figure, int sign) in terms)
            {
                objective.SetCoefficient(part.Variables[figure], sign);
            }

            objective.SetOptimizationDirection(up);
            if (_known is { } known)
            {
                part.Variables[known.Figure].SetLb(Math.Max(_lower[known.Figure], known.AtLeast));
            }

            Solved++;
            status = part.Solver.Solve();
            double value = status == Solver.ResultStatus.OPTIMAL ? objective.Value() : 0;
            if (_known is { } again)
            {
                part.Variables[again.Figure].SetLb(_lower[again.Figure]);
            }

            if (status == Solver.ResultStatus.OPTIMAL)
            {
                return value;
            }
        }

        throw new InvalidOperationException($"What is published around {_world.Figures[terms[0].Figure].Name} has no solution: {status}.");
    }

    private Part PartOf(int root, string name)
    {
        if (_parts.TryGetValue((root, name), out Part? made))
        {
            return made;
        }

        Solver solver = Solver.CreateSolver(name) ?? throw new InvalidOperationException($"The linear solver {name} is not in the native library of OR-Tools.");
        Dictionary<int, Variable> variables = Enumerable.Range(0, _component.Length).Where(place => _upper[place] > _lower[place] && Root(place) == root)
            .ToDictionary(place => place, place => solver.MakeNumVar(_lower[place], _upper[place], string.Empty));
        foreach ((int total, int[] parts) in _world.Sums)
        {
            if (!parts.Append(total).Any(variables.ContainsKey))
            {
                continue;
            }

            double known = 0;
            List<(Variable, int)> row = [];
            foreach (int place in parts.Append(total))
            {
                int sign = place == total ? -1 : 1;
                if (variables.TryGetValue(place, out Variable? variable))
                {
                    row.Add((variable, sign));
                }
                else
                {
                    known += sign * _lower[place];
                }
            }

            Constraint constraint = solver.MakeConstraint(-known, -known);
            foreach ((Variable variable, int sign) in row)
            {
                constraint.SetCoefficient(variable, constraint.GetCoefficient(variable) + sign);
            }
        }

        return _parts[(root, name)] = new Part(solver, variables);
    }

    private int Root(int place)
    {
        while (_component[place] != place)
        {
            place = _component[place] = _component[_component[place]];
        }

        return place;
    }

    private sealed record Part(Solver Solver, Dictionary<int, Variable> Variables);
}
