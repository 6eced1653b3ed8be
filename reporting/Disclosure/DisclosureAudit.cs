using System.Runtime.ExceptionServices;
using Google.OrTools.LinearSolver;
using Google.OrTools.Sat;
using Constraint = Google.OrTools.LinearSolver.Constraint;
using LinearExpr = Google.OrTools.Sat.LinearExpr;

namespace Warehouse.Reporting.Disclosure;

/// <summary>What the interval of a figure has to be.</summary>
/// <param name="Cell">The place of the figure in the view.</param>
/// <param name="Width">At least this wide.</param>
/// <param name="Reach">Reaching up to this at least; null where it need not.</param>
/// <param name="FallTo">Reaching down to this at least; null where it need not.</param>
public sealed record AuditTarget(int Cell, decimal Width, decimal? Reach = null, decimal? FallTo = null);

/// <summary>Whether a figure is safe.</summary>
public enum SafetyVerdict
{
    /// <summary>Its interval is as wide as it has to be.</summary>
    Protected,

    /// <summary>Its interval is too narrow.</summary>
    TooNarrow,

    /// <summary>Its interval is wide enough in fractions, but not in the whole numbers that a count can be.</summary>
    TooNarrowInWholeNumbers,
}

/// <summary>What is known about a figure's interval in whole numbers.</summary>
public enum WholeNumberNote
{
    /// <summary>The figures are no counts.</summary>
    NotAsked,

    /// <summary>Whole figures were found that agree with all that is published and are as far apart as they have to be.</summary>
    Shown,

    /// <summary>There are no such figures.</summary>
    Refuted,

    /// <summary>The search ended at its limit: the interval is that of the linear program, which is never narrower.</summary>
    Open,
}

/// <summary>What everybody can compute about one hidden figure.</summary>
/// <param name="Target">The figure and what was asked of it.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Lower">The least it can be.</param>
/// <param name="Upper">The most it can be; null where there is no limit.</param>
/// <param name="IsExact">Whether the bounds are the exact ones; otherwise the interval is at least this wide.</param>
/// <param name="Verdict">Whether that is enough.</param>
/// <param name="WholeNumbers">What is known in whole numbers.</param>
public sealed record AuditFinding(AuditTarget Target, string Label, decimal Lower, decimal? Upper, bool IsExact, SafetyVerdict Verdict, WholeNumberNote WholeNumbers);

/// <summary>How much an audit computes.</summary>
public enum AuditDepth
{
    /// <summary>The exact interval of each figure.</summary>
    Intervals,

    /// <summary>Whether each figure is safe; intervals only as far as they show it. Several times faster.</summary>
    Verdicts,
}

/// <summary>The findings of an audit, in the order of the targets.</summary>
/// <param name="Findings">The findings.</param>
/// <param name="Programs">How many linear and whole-number programs were solved.</param>
public sealed record AuditReport(IReadOnlyList<AuditFinding> Findings, int Programs)
{
    /// <summary>Whether every figure is safe.</summary>
    public bool IsSafe => Findings.All(finding => finding.Verdict == SafetyVerdict.Protected);
}

/// <summary>Computes, from what is published alone, between which bounds every hidden figure lies.</summary>
/// <remarks>
/// The attacker's two linear programs of each hidden figure: largest and smallest value over all figures that agree with the sums, the published figures and the bounds. It shares no code with what hides figures
/// and is given no hidden figure. Every solution found is a possible truth for all figures at once, so it also serves as evidence for the others. Linear programs allow fractions; where a solution is not whole, a
/// whole-number program looks for one that is. Linked figures are split into components that published figures separate.
/// Source: Hundepool and others (2012), Statistical Disclosure Control, Wiley, chapter 4 (the intruder's problem); Fischetti and Salazar (2000), JASA 95, 916-928.
/// Cost: at most two linear programs a figure, each over its component.
/// </remarks>
public static class DisclosureAudit
{
    private const double Tolerance = 1e-6;

    // Deterministic seconds of the whole-number solver for one bound of one figure.
    private const double WholeNumberLimit = 0.5;

    /// <summary>Returns what everybody can compute about the figures asked for.</summary>
    /// <exception cref="DisclosureException">No figures agree with what is published: it contradicts itself.</exception>
    public static AuditReport Run(AttackerView view, IReadOnlyList<AuditTarget> targets, AuditDepth depth = AuditDepth.Intervals)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(targets);
        CheckKnownSums(view);
        int[] componentOf = Components(view);
        AuditFinding[] findings = new AuditFinding[targets.Count];
        Dictionary<int, List<int>> asked = [];
        for (int i = 0; i < targets.Count; i++)
        {
            AuditTarget target = targets[i];
            AttackerCell cell = view.Cells[target.Cell];
            if (cell.IsKnown)
            {
                SafetyVerdict verdict = Meets(target, (double)cell.Lower, (double)cell.Lower) ? SafetyVerdict.Protected : SafetyVerdict.TooNarrow;
                findings[i] = new AuditFinding(target, cell.Label, cell.Lower, cell.Lower, true, verdict, WholeNumberNote.NotAsked);
                continue;
            }

            int component = componentOf[target.Cell];
            if (!asked.TryGetValue(component, out List<int>? list))
            {
                asked[component] = list = [];
            }

            list.Add(i);
        }

        ILookup<int, int> members = Enumerable.Range(0, view.Cells.Count).Where(cell => !view.Cells[cell].IsKnown).ToLookup(cell => componentOf[cell]);
        ILookup<int, CellSum> sums = view.Sums
            .Where(sum => Places(sum).Any(place => !view.Cells[place].IsKnown))
            .ToLookup(sum => componentOf[Places(sum).First(place => !view.Cells[place].IsKnown)]);
        int[] components = [.. asked.Keys.Order()];
        int[] programs = new int[components.Length];
        Parallelly(components.Length, at =>
        {
            using ComponentAudit audit = new(view, [.. members[components[at]]], [.. sums[components[at]]], depth);
            foreach ((int index, AuditFinding finding) in audit.Find(asked[components[at]], targets))
            {
                findings[index] = finding;
            }

            programs[at] = audit.Programs;
        });
        return new AuditReport(findings, programs.Sum());
    }

    // As one fault would be told in a loop: the first by its kind, not wrapped.
    private static void Parallelly(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, work);
        }
        catch (AggregateException faults)
        {
            Exception first = faults.Flatten().InnerExceptions[0];
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private static bool Meets(AuditTarget target, double lower, double upper) =>
        upper - lower >= (double)target.Width - Tolerance
        && (target.Reach is not { } reach || upper >= (double)reach - Tolerance)
        && (target.FallTo is not { } fall || lower <= (double)fall + Tolerance);

    private static IEnumerable<int> Places(CellSum sum) => sum.Parts.Prepend(sum.Total);

    private static void CheckKnownSums(AttackerView view)
    {
        foreach (CellSum sum in view.Sums)
        {
            if (Places(sum).All(place => view.Cells[place].IsKnown) && sum.Parts.Sum(part => view.Cells[part].Lower) != view.Cells[sum.Total].Lower)
            {
                throw Contradiction(view.Cells[sum.Total].Label);
            }
        }
    }

    private static DisclosureException Contradiction(string label)
    {
        string name = DisclosureException.Short(label);
        return new DisclosureException(
            DisclosureFault.InconsistentTotal,
            $"What is published around '{name}' contradicts itself: no figures add up to it. Nothing may be released until it is found out why.",
            $"「{name}」に関する公表値が互いに矛盾しています。原因が分かるまで公表できません。");
    }

    private static int[] Components(AttackerView view)
    {
        int[] parent = Enumerable.Range(0, view.Cells.Count).ToArray();
        int Root(int cell)
        {
            while (parent[cell] != cell)
            {
                cell = parent[cell] = parent[parent[cell]];
            }

            return cell;
        }

        foreach (CellSum sum in view.Sums)
        {
            int first = -1;
            foreach (int place in Places(sum))
            {
                if (view.Cells[place].IsKnown)
                {
                    continue;
                }

                first = first == -1 ? place : first;
                int a = Root(first), b = Root(place);
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        return Enumerable.Range(0, view.Cells.Count).Select(Root).ToArray();
    }

    // The figures that hang together, as one linear program with changing objectives.
    private sealed class ComponentAudit : IDisposable
    {
        private readonly AttackerView _view;
        private readonly int[] _cells;
        private readonly CellSum[] _sums;
        private readonly AuditDepth _depth;
        private readonly Solver _solver;
        private readonly MPSolverParameters _onward = new();
        private readonly Variable[] _variables;
        private readonly Dictionary<int, int> _at;
        private readonly double _cap;
        private readonly double[] _least;
        private readonly double[] _most;
        private readonly double[] _leastWhole;
        private readonly double[] _mostWhole;

        internal ComponentAudit(AttackerView view, int[] cells, CellSum[] sums, AuditDepth depth)
        {
            _view = view;
            _cells = cells;
            _sums = sums;
            _depth = depth;
            _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
            _onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
            _at = cells.Select((cell, at) => (cell, at)).ToDictionary(pair => pair.cell, pair => pair.at);

            // Without a limit would mean without a solution; a figure that gets near this one has none.
            double largest = sums.SelectMany(Places).Select(place => (double)(view.Cells[place].Upper ?? view.Cells[place].Lower)).DefaultIfEmpty(0).Max();
            _cap = 1_000 * (1_000 + largest);
            _variables = cells.Select(cell => _solver.MakeNumVar((double)view.Cells[cell].Lower, UpperOf(cell), string.Empty)).ToArray();
            foreach (CellSum sum in sums)
            {
                double known = 0;
                Constraint row = _solver.MakeConstraint();
                foreach (int place in Places(sum))
                {
                    double sign = place == sum.Total ? -1 : 1;
                    if (_at.TryGetValue(place, out int at))
                    {
                        row.SetCoefficient(_variables[at], sign);
                    }
                    else
                    {
                        known += sign * (double)view.Cells[place].Lower;
                    }
                }

                row.SetBounds(-known, -known);
            }

            _least = Filled(double.PositiveInfinity);
            _leastWhole = Filled(double.PositiveInfinity);
            _most = Filled(double.NegativeInfinity);
            _mostWhole = Filled(double.NegativeInfinity);
        }

        internal int Programs { get; private set; }

        public void Dispose()
        {
            _onward.Dispose();
            _solver.Dispose();
        }

        internal IEnumerable<(int Index, AuditFinding Finding)> Find(List<int> asked, IReadOnlyList<AuditTarget> targets)
        {
            bool[] exactMost = new bool[_cells.Length], exactLeast = new bool[_cells.Length];
            foreach (bool up in new[] { true, false })
            {
                foreach (int index in asked)
                {
                    int at = _at[targets[index].Cell];
                    if (_depth == AuditDepth.Verdicts && Meets(targets[index], _least[at], _most[at]))
                    {
                        continue;
                    }

                    double bound = up ? UpperOf(_cells[at]) : (double)_view.Cells[_cells[at]].Lower;
                    if (!(up ? _most[at] >= bound - Tolerance : _least[at] <= bound + Tolerance) && !(up ? exactMost : exactLeast)[at])
                    {
                        Solve(at, up);
                    }

                    (up ? exactMost : exactLeast)[at] = true;
                }
            }

            foreach (int index in asked)
            {
                int at = _at[targets[index].Cell];
                yield return (index, Judge(targets[index], at, exactLeast[at] && exactMost[at]));
            }
        }

        private AuditFinding Judge(AuditTarget target, int at, bool exact)
        {
            double lower = _view.AreCounts ? Math.Ceiling(_least[at] - Tolerance) : _least[at];
            double upper = _view.AreCounts ? Math.Floor(_most[at] + Tolerance) : _most[at];
            SafetyVerdict verdict = Meets(target, lower, upper) ? SafetyVerdict.Protected : SafetyVerdict.TooNarrow;
            WholeNumberNote note = WholeNumberNote.NotAsked;
            if (verdict == SafetyVerdict.Protected && _view.AreCounts)
            {
                note = InWholeNumbers(target, at);
                verdict = note == WholeNumberNote.Refuted ? SafetyVerdict.TooNarrowInWholeNumbers : verdict;
            }

            return new AuditFinding(
                target,
                _view.Cells[_cells[at]].Label,
                Rounded(lower),
                upper >= _cap / 100 && _view.Cells[_cells[at]].Upper is null ? null : Rounded(upper),
                exact,
                verdict,
                note);
        }

        private WholeNumberNote InWholeNumbers(AuditTarget target, int at)
        {
            if (Meets(target, _leastWhole[at], _mostWhole[at]))
            {
                return WholeNumberNote.Shown;
            }

            // The least first: the most is then asked for only as far above it as it has to be.
            bool complete = SolveWhole(at, false, target);
            complete &= SolveWhole(at, true, target);
            return Meets(target, _leastWhole[at], _mostWhole[at]) ? WholeNumberNote.Shown : complete ? WholeNumberNote.Refuted : WholeNumberNote.Open;
        }

        private void Solve(int at, bool up)
        {
            Objective objective = _solver.Objective();
            objective.Clear();
            objective.SetCoefficient(_variables[at], 1);
            objective.SetOptimizationDirection(up);
            Programs++;
            // Without presolve the simplex goes on from the last basis: only the objective has changed.
            Solver.ResultStatus status = _solver.Solve(_onward);
            if (status is Solver.ResultStatus.ABNORMAL or Solver.ResultStatus.NOT_SOLVED)
            {
                status = _solver.Solve();
            }

            if (status == Solver.ResultStatus.INFEASIBLE)
            {
                throw Contradiction(_view.Cells[_cells[at]].Label);
            }

            if (status != Solver.ResultStatus.OPTIMAL)
            {
                throw new InvalidOperationException($"The linear program of a hidden figure ended with {status}; expected an optimum.");
            }

            bool whole = true;
            double[] point = new double[_cells.Length];
            for (int i = 0; i < point.Length; i++)
            {
                point[i] = _variables[i].SolutionValue();
                whole &= Math.Abs(point[i] - Math.Round(point[i])) < Tolerance;
            }

            Take(point, _least, _most);
            if (whole)
            {
                Take(point, _leastWhole, _mostWhole);
            }
        }

        // Returns whether the search was complete.
        private bool SolveWhole(int at, bool up, AuditTarget target)
        {
            CpModel model = new();
            long cap = (long)Math.Min(_cap, 1e9);
            IntVar[] variables = _cells
                .Select(cell => model.NewIntVar((long)Math.Ceiling(_view.Cells[cell].Lower), _view.Cells[cell].Upper is { } upper ? (long)Math.Floor(upper) : cap, string.Empty))
                .ToArray();
            foreach (CellSum sum in _sums)
            {
                long known = 0;
                List<IntVar> terms = [];
                List<long> signs = [];
                foreach (int place in Places(sum))
                {
                    long sign = place == sum.Total ? -1 : 1;
                    if (_at.TryGetValue(place, out int term))
                    {
                        terms.Add(variables[term]);
                        signs.Add(sign);
                    }
                    else
                    {
                        known += sign * (long)_view.Cells[place].Lower;
                    }
                }

                model.Add(LinearExpr.WeightedSum(terms, signs) == -known);
            }

            // As far apart as asked is enough; further would be search for nothing.
            long enough = (long)Math.Ceiling(Math.Max((double)target.Width, 1));
            if (up)
            {
                double least = double.IsFinite(_leastWhole[at]) ? _leastWhole[at] : _least[at];
                model.Add(variables[at] <= Math.Max((long)Math.Ceiling(least) + enough, (long)Math.Ceiling(target.Reach ?? 0)));
                model.Maximize(variables[at]);
            }
            else
            {
                model.Minimize(variables[at]);
            }

            CpSolver solver = new() { StringParameters = FormattableString.Invariant($"num_workers:1,random_seed:1,max_deterministic_time:{WholeNumberLimit}") };
            Programs++;
            CpSolverStatus status = solver.Solve(model);
            if (status is CpSolverStatus.Optimal or CpSolverStatus.Feasible)
            {
                Take(variables.Select(variable => (double)solver.Value(variable)).ToArray(), _leastWhole, _mostWhole);
            }

            // Without any solution in whole numbers there is nothing published that could be true.
            return status is CpSolverStatus.Optimal or CpSolverStatus.Infeasible;
        }

        private static void Take(double[] point, double[] least, double[] most)
        {
            for (int i = 0; i < point.Length; i++)
            {
                least[i] = Math.Min(least[i], point[i]);
                most[i] = Math.Max(most[i], point[i]);
            }
        }

        private double UpperOf(int cell) => _view.Cells[cell].Upper is { } upper ? (double)upper : _cap;

        private double[] Filled(double value)
        {
            double[] values = new double[_cells.Length];
            Array.Fill(values, value);
            return values;
        }

        private decimal Rounded(double value) => _view.AreCounts ? (decimal)Math.Round(value) : Math.Round((decimal)value, 6);
    }
}
