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
/// Cost: at most two linear programs a figure, each over its component, after those that ask for many together.
/// </remarks>
public static class DisclosureAudit
{
    private const double Tolerance = 1e-6;

    // Figures are asked together again while each time at least a tenth of them is shown to be safe.
    private const double EnoughShown = 0.9;

    // Where the nearest figures are not whole: deterministic seconds, and how far around them figures may move.
    private const double AroundLimit = 0.05;
    private const int Rings = 2;

    // How many figures are looked for one after the other; parts of so many go to the cores, whatever their number.
    private const int NearbyPart = 40;

    // Deterministic seconds of the whole-number solver for one bound of one figure.
    private const double WholeNumberLimit = 0.5;

    /// <summary>Returns what everybody can compute about the figures asked for.</summary>
    /// <exception cref="DisclosureException">No figures agree with what is published: it contradicts itself.</exception>
    public static AuditReport Run(AttackerView view, IReadOnlyList<AuditTarget> targets, AuditDepth depth = AuditDepth.Intervals)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(targets);
        AuditEquations equations = new(view);
        int[] componentOf = Components(view, equations);
        AuditFinding[] findings = new AuditFinding[targets.Count];
        Dictionary<int, List<int>> asked = [];
        for (int i = 0; i < targets.Count; i++)
        {
            AuditTarget target = targets[i];
            if (equations.ValueOf(target.Cell) is { } value)
            {
                // No count is a fraction: there is nothing that it could be.
                decimal least = view.AreCounts ? Math.Ceiling(value) : value, most = view.AreCounts ? Math.Floor(value) : value;
                SafetyVerdict verdict = Meets(target, (double)least, (double)most) ? SafetyVerdict.Protected : SafetyVerdict.TooNarrow;
                findings[i] = new AuditFinding(target, view.Cells[target.Cell].Label, least, most, true, verdict, WholeNumberNote.NotAsked);
                continue;
            }

            int component = componentOf[equations.Find(target.Cell).Unknown];
            if (!asked.TryGetValue(component, out List<int>? list))
            {
                asked[component] = list = [];
            }

            list.Add(i);
        }

        ILookup<int, int> members = Enumerable.Range(0, view.Cells.Count).Where(cell => IsUnknown(equations, cell)).ToLookup(cell => componentOf[cell]);
        ILookup<int, AuditRow> rows = equations.Rows.ToLookup(row => componentOf[row.Terms[0].Unknown]);
        int[] components = [.. asked.Keys.Order()];
        int[] programs = new int[components.Length];
        Parallelly(components.Length, at =>
        {
            using ComponentAudit audit = new(view, equations, [.. members[components[at]]], [.. rows[components[at]]], depth);
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

    private static bool IsUnknown(AuditEquations equations, int cell) => equations.Find(cell).Unknown == cell && equations.ValueOf(cell) is null;

    internal static DisclosureException Contradiction(string label)
    {
        string name = DisclosureException.Short(label);
        return new DisclosureException(
            DisclosureFault.InconsistentTotal,
            $"What is published around '{name}' contradicts itself: no figures add up to it. Nothing may be released until it is found out why.",
            $"「{name}」に関する公表値が互いに矛盾しています。原因が分かるまで公表できません。");
    }

    private static int[] Components(AttackerView view, AuditEquations equations)
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

        foreach (AuditRow row in equations.Rows)
        {
            foreach ((int unknown, _) in row.Terms)
            {
                int a = Root(row.Terms[0].Unknown), b = Root(unknown);
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
        private readonly AuditEquations _equations;
        private readonly AuditRow[] _rows;
        private readonly AuditDepth _depth;
        private readonly Solver _solver;
        private readonly MPSolverParameters _onward = new();
        private readonly Variable[] _variables;
        private readonly Dictionary<int, int> _at;
        private readonly double _cap;
        private readonly double[] _least;
        private readonly double[] _most;
        private readonly WholeRange _ranges;
        private readonly List<int>[] _rowsOf;
        private readonly HashSet<AuditTarget> _searched = [];
        private double[]? _whole;

        internal ComponentAudit(AttackerView view, AuditEquations equations, int[] cells, AuditRow[] rows, AuditDepth depth)
        {
            _view = view;
            _cells = cells;
            _equations = equations;
            _rows = rows;
            _depth = depth;
            _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
            _onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
            _at = cells.Select((cell, at) => (cell, at)).ToDictionary(pair => pair.cell, pair => pair.at);

            // Without a limit would mean without a solution; a figure that gets near this one has none.
            double largest = (double)view.Cells.Max(cell => Math.Max(Math.Abs(cell.Lower), Math.Abs(cell.Upper ?? cell.Lower)));
            _cap = 1_000 * (1_000 + largest);
            _variables = cells.Select(cell => _solver.MakeNumVar(LowerOf(cell), UpperOf(cell), string.Empty)).ToArray();
            foreach (AuditRow row in rows)
            {
                Constraint constraint = _solver.MakeConstraint(-(double)row.Known, -(double)row.Known);
                foreach ((int unknown, int coefficient) in row.Terms)
                {
                    constraint.SetCoefficient(_variables[_at[unknown]], coefficient);
                }
            }

            _least = Filled(double.PositiveInfinity);
            _most = Filled(double.NegativeInfinity);
            _ranges = new WholeRange(cells.Length);
            _rowsOf = cells.Select(_ => new List<int>()).ToArray();
            for (int row = 0; row < rows.Length; row++)
            {
                foreach ((int unknown, _) in rows[row].Terms)
                {
                    _rowsOf[_at[unknown]].Add(row);
                }
            }
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
            AuditTarget[] own = asked.Select(index => OfUnknown(targets[index])).ToArray();
            if (_depth == AuditDepth.Verdicts)
            {
                Together(own);
            }

            foreach (bool up in new[] { true, false })
            {
                foreach (AuditTarget target in own)
                {
                    int at = _at[target.Cell];
                    if (_depth == AuditDepth.Verdicts && Meets(target, _least[at], _most[at]))
                    {
                        continue;
                    }

                    double bound = up ? UpperOf(_cells[at]) : LowerOf(_cells[at]);
                    if (!(up ? _most[at] >= bound - Tolerance : _least[at] <= bound + Tolerance) && !(up ? exactMost : exactLeast)[at])
                    {
                        Solve([at], up);
                    }

                    (up ? exactMost : exactLeast)[at] = true;
                }
            }

            WholeNearby(own);
            WholeSearch(own);
            for (int i = 0; i < own.Length; i++)
            {
                int at = _at[own[i].Cell];
                yield return (asked[i], Judge(targets[asked[i]], own[i], at, exactLeast[at] && exactMost[at]));
            }
        }

        // What is asked of a figure, asked of the unknown that it is tied to.
        private AuditTarget OfUnknown(AuditTarget target)
        {
            (int unknown, int sign, decimal offset) = _equations.Find(target.Cell);
            decimal? reach = sign * (target.Reach - offset), fall = sign * (target.FallTo - offset);
            return new AuditTarget(unknown, target.Width, sign > 0 ? reach : fall, sign > 0 ? fall : reach);
        }

        // Many at once as far up, and as far down, as they go together: what that shows of each need not be asked one by one.
        private void Together(AuditTarget[] targets)
        {
            int[] left = targets.Select(target => _at[target.Cell]).Distinct().ToArray();
            int before = int.MaxValue;
            while (left.Length > 1 && left.Length < before * EnoughShown)
            {
                before = left.Length;
                Solve(left, true);
                Solve(left, false);
                left = targets.Where(target => !Meets(target, _least[_at[target.Cell]], _most[_at[target.Cell]])).Select(target => _at[target.Cell]).Distinct().ToArray();
            }
        }

        private AuditFinding Judge(AuditTarget asked, AuditTarget target, int at, bool exact)
        {
            double lower = _view.AreCounts ? Math.Ceiling(_least[at] - Tolerance) : _least[at];
            double upper = _view.AreCounts ? Math.Floor(_most[at] + Tolerance) : _most[at];
            SafetyVerdict verdict = Meets(target, lower, upper) ? SafetyVerdict.Protected : SafetyVerdict.TooNarrow;
            WholeNumberNote note = WholeNumberNote.NotAsked;
            if (verdict == SafetyVerdict.Protected && _view.AreCounts)
            {
                note = IsShown(target) ? WholeNumberNote.Shown : _searched.Contains(target) ? WholeNumberNote.Refuted : WholeNumberNote.Open;
                verdict = note == WholeNumberNote.Refuted ? SafetyVerdict.TooNarrowInWholeNumbers : verdict;
            }

            (_, int sign, decimal offset) = _equations.Find(asked.Cell);
            decimal? high = upper >= _cap / 100 && _equations.UpperOf(_cells[at]) is null ? null : Rounded(upper);
            // The opposite of an unknown has a least, so the unknown has a most.
            return sign > 0
                ? new AuditFinding(asked, _view.Cells[asked.Cell].Label, Rounded(lower) + offset, high + offset, exact, verdict, note)
                : new AuditFinding(asked, _view.Cells[asked.Cell].Label, offset - (high ?? Rounded(upper)), offset - Rounded(lower), exact, verdict, note);
        }

        private void Solve(int[] places, bool up)
        {
            Objective objective = _solver.Objective();
            objective.Clear();
            foreach (int at in places)
            {
                objective.SetCoefficient(_variables[at], 1);
            }

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
                throw Contradiction(_view.Cells[_cells[places[0]]].Label);
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

            for (int i = 0; i < point.Length; i++)
            {
                _least[i] = Math.Min(_least[i], point[i]);
                _most[i] = Math.Max(_most[i], point[i]);
            }

            if (whole)
            {
                _whole = point.Select(figure => Math.Round(figure)).ToArray();
                _ranges.Take(_whole);
            }
        }

        // Whole figures that differ in as little as possible from others known to be whole: such a difference mostly is whole itself, which a corner far away often is not.
        private void WholeNearby(AuditTarget[] targets)
        {
            AuditTarget[] left = Unshown(targets);
            if (left.Length == 0)
            {
                return;
            }

            if (_whole is null)
            {
                (CpModel model, IntVar[] variables) = WholeModel();
                Programs++;
                Answer(model, variables, _ranges);
            }

            if (_whole is not { } from)
            {
                return;
            }

            AuditTarget[][] parts = left.Chunk(NearbyPart).ToArray();
            WholeRange[] found = new WholeRange[parts.Length];
            int[] programs = new int[parts.Length];
            Parallelly(parts.Length, part =>
            {
                using NearbyWhole nearby = new(from, _cells.Select(LowerOf).ToArray(), _cells.Select(UpperOf).ToArray(), _rows.Select(row => row.Terms.Select(term => (_at[term.Unknown], term.Coefficient))));
                found[part] = new WholeRange(_ranges);
                foreach (AuditTarget target in parts[part])
                {
                    Approach(nearby, target, found[part]);
                }

                programs[part] = nearby.Programs;
            });
            Programs += programs.Sum();
            foreach (WholeRange range in found)
            {
                _ranges.Take(range);
            }
        }

        // First down, then as far above that as asked.
        private void Approach(NearbyWhole nearby, AuditTarget target, WholeRange range)
        {
            int at = _at[target.Cell];
            double width = Math.Ceiling((double)target.Width);
            double low = Math.Max(Math.Ceiling(_least[at] - Tolerance), Math.Min(range.Most[at] - width, (double)(target.FallTo ?? decimal.MaxValue)));
            if (!Meets(target, range.Least[at], range.Most[at]) && low < range.Least[at] && Nearest(nearby, at, low) is { } lower)
            {
                range.Take(lower);
            }

            double high = Math.Min(Math.Floor(_most[at] + Tolerance), Math.Max(range.Least[at] + width, (double)(target.Reach ?? decimal.MinValue)));
            if (!Meets(target, range.Least[at], range.Most[at]) && high > range.Most[at] && Nearest(nearby, at, high) is { } upper)
            {
                range.Take(upper);
            }
        }

        // The nearest figures, or whole ones where those move that are not.
        private double[]? Nearest(NearbyWhole nearby, int at, double value)
        {
            if (nearby.Find(at, value, out HashSet<int> moving) is { } point)
            {
                return point;
            }

            for (int ring = 0; ring < Rings && moving.Count > 0; ring++)
            {
                if (Around(nearby.From, moving, at, value) is { } whole)
                {
                    return whole;
                }

                moving = [.. moving.SelectMany(i => _rowsOf[i]).SelectMany(row => _rows[row].Terms).Select(term => _at[term.Unknown])];
            }

            return null;
        }

        // Whole figures where only these differ from the known ones, or null.
        private double[]? Around(double[] from, HashSet<int> moving, int at, double value)
        {
            CpModel model = new();
            Dictionary<int, IntVar> variables = moving.Order().ToDictionary(
                i => i,
                i => i == at ? model.NewConstant((long)value) : model.NewIntVar((long)Math.Ceiling(LowerOf(_cells[i])), (long)Math.Min(Math.Floor(UpperOf(_cells[i])), 1e9), string.Empty));
            foreach (int row in moving.SelectMany(i => _rowsOf[i]).Distinct().Order())
            {
                (int At, int Coefficient)[] terms = _rows[row].Terms.Select(term => (_at[term.Unknown], term.Coefficient)).Where(term => variables.ContainsKey(term.Item1)).ToArray();
                model.Add(LinearExpr.WeightedSum(terms.Select(term => variables[term.At]), terms.Select(term => (long)term.Coefficient)) == terms.Sum(term => term.Coefficient * (long)from[term.At]));
            }

            CpSolver solver = new() { StringParameters = FormattableString.Invariant($"num_workers:1,random_seed:1,max_deterministic_time:{AroundLimit}") };
            if (solver.Solve(model) is not (CpSolverStatus.Optimal or CpSolverStatus.Feasible))
            {
                return null;
            }

            double[] point = (double[])from.Clone();
            foreach ((int i, IntVar variable) in variables)
            {
                point[i] = solver.Value(variable);
            }

            return point;
        }

        // One by one where nearby figures were not enough: the least first, then the most as far above it as it has to be.
        private void WholeSearch(AuditTarget[] targets)
        {
            AuditTarget[] left = Unshown(targets);
            WholeRange[] found = new WholeRange[left.Length];
            bool[] complete = new bool[left.Length];
            Parallelly(left.Length, i =>
            {
                found[i] = new WholeRange(_ranges);
                complete[i] = SolveWhole(left[i], false, found[i]) & SolveWhole(left[i], true, found[i]);
            });
            Programs += 2 * left.Length;
            for (int i = 0; i < left.Length; i++)
            {
                _ranges.Take(found[i]);
                if (complete[i])
                {
                    _searched.Add(left[i]);
                }
            }
        }

        // What is wide enough in fractions and not yet shown to be so in whole numbers.
        private AuditTarget[] Unshown(AuditTarget[] targets) => !_view.AreCounts ? [] : targets.Where(target => IsWide(target) && !IsShown(target)).Distinct().ToArray();

        private bool IsWide(AuditTarget target)
        {
            int at = _at[target.Cell];
            return Meets(target, Math.Ceiling(_least[at] - Tolerance), Math.Floor(_most[at] + Tolerance));
        }

        private bool IsShown(AuditTarget target) => Meets(target, _ranges.Least[_at[target.Cell]], _ranges.Most[_at[target.Cell]]);

        // Returns whether the search was complete.
        private bool SolveWhole(AuditTarget target, bool up, WholeRange range)
        {
            int at = _at[target.Cell];
            (CpModel model, IntVar[] variables) = WholeModel();
            if (up)
            {
                // As far apart as asked is enough; further would be search for nothing.
                double least = double.IsFinite(range.Least[at]) ? range.Least[at] : _least[at];
                long enough = (long)Math.Ceiling(Math.Max((double)target.Width, 1));
                model.Add(variables[at] <= Math.Max((long)Math.Ceiling(least - Tolerance) + enough, (long)Math.Ceiling(target.Reach ?? 0)));
                model.Maximize(variables[at]);
            }
            else
            {
                model.Minimize(variables[at]);
            }

            return Answer(model, variables, range);
        }

        // Takes the best answer found and returns whether there is none better.
        private bool Answer(CpModel model, IntVar[] variables, WholeRange range)
        {
            CpSolver solver = new() { StringParameters = FormattableString.Invariant($"num_workers:1,random_seed:1,max_deterministic_time:{WholeNumberLimit}") };
            CpSolverStatus status = solver.Solve(model);
            if (status is CpSolverStatus.Optimal or CpSolverStatus.Feasible)
            {
                double[] point = variables.Select(variable => (double)solver.Value(variable)).ToArray();
                Interlocked.CompareExchange(ref _whole, point, null);
                range.Take(point);
            }

            // Without any solution in whole numbers there is nothing published that could be true.
            return status is CpSolverStatus.Optimal or CpSolverStatus.Infeasible;
        }

        private (CpModel Model, IntVar[] Variables) WholeModel()
        {
            CpModel model = new();
            long cap = (long)Math.Min(_cap, 1e9);
            IntVar[] variables = _cells
                .Select(cell => model.NewIntVar((long)Math.Ceiling(LowerOf(cell)), _equations.UpperOf(cell) is { } upper ? (long)Math.Floor(upper) : cap, string.Empty))
                .ToArray();
            foreach (AuditRow row in _rows)
            {
                model.Add(LinearExpr.WeightedSum(row.Terms.Select(term => variables[_at[term.Unknown]]), row.Terms.Select(term => (long)term.Coefficient)) == -(long)row.Known);
            }

            return (model, variables);
        }

        private double LowerOf(int cell) => (double)_equations.LowerOf(cell);

        private double UpperOf(int cell) => _equations.UpperOf(cell) is { } upper ? (double)upper : _cap;

        private double[] Filled(double value)
        {
            double[] values = new double[_cells.Length];
            Array.Fill(values, value);
            return values;
        }

        private decimal Rounded(double value) => _view.AreCounts ? (decimal)Math.Round(value) : Math.Round((decimal)value, 6);
    }

    // The least and the most of each unknown among whole figures found so far.
    private sealed class WholeRange
    {
        internal WholeRange(int count)
        {
            Least = new double[count];
            Most = new double[count];
            Array.Fill(Least, double.PositiveInfinity);
            Array.Fill(Most, double.NegativeInfinity);
        }

        internal WholeRange(WholeRange known)
        {
            Least = (double[])known.Least.Clone();
            Most = (double[])known.Most.Clone();
        }

        internal double[] Least { get; }

        internal double[] Most { get; }

        internal void Take(double[] point)
        {
            for (int i = 0; i < point.Length; i++)
            {
                Least[i] = Math.Min(Least[i], point[i]);
                Most[i] = Math.Max(Most[i], point[i]);
            }
        }

        internal void Take(WholeRange other)
        {
            for (int i = 0; i < Least.Length; i++)
            {
                Least[i] = Math.Min(Least[i], other.Least[i]);
                Most[i] = Math.Max(Most[i], other.Most[i]);
            }
        }
    }

    // Possible figures that differ in as little as possible from whole ones.
    private sealed class NearbyWhole : IDisposable
    {
        private const int Attempts = 3;

        private readonly Solver _solver;
        private readonly MPSolverParameters _onward = new();
        private readonly Variable[] _more;
        private readonly Variable[] _less;

        internal NearbyWhole(double[] from, double[] lower, double[] upper, IEnumerable<IEnumerable<(int At, int Coefficient)>> rows)
        {
            From = from;
            _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
            _onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
            _more = from.Select((value, at) => _solver.MakeNumVar(0, upper[at] - value, string.Empty)).ToArray();
            _less = from.Select((value, at) => _solver.MakeNumVar(0, value - lower[at], string.Empty)).ToArray();
            foreach (IEnumerable<(int At, int Coefficient)> row in rows)
            {
                Constraint constraint = _solver.MakeConstraint(0, 0);
                foreach ((int at, int coefficient) in row)
                {
                    constraint.SetCoefficient(_more[at], coefficient);
                    constraint.SetCoefficient(_less[at], -coefficient);
                }
            }

            Price(0);
            _solver.Objective().SetMinimization();
        }

        internal double[] From { get; }

        internal int Programs { get; private set; }

        public void Dispose()
        {
            _onward.Dispose();
            _solver.Dispose();
        }

        // Returns whole figures with this one at the value, or null where the nearest are not whole.
        internal double[]? Find(int at, double value, out HashSet<int> moving)
        {
            moving = [];
            double move = value - From[at];
            (Variable variable, Variable opposite) = move > 0 ? (_more[at], _less[at]) : (_less[at], _more[at]);
            double limit = variable.Ub(), oppositeLimit = opposite.Ub();
            variable.SetLb(Math.Abs(move));
            opposite.SetUb(0);
            double[]? found = null;
            for (int attempt = 0; attempt < Attempts && found is null; attempt++)
            {
                if (attempt > 0)
                {
                    Price(attempt);
                }

                Programs++;
                if (_solver.Solve(_onward) != Solver.ResultStatus.OPTIMAL)
                {
                    break;
                }

                double[] point = From.Select((start, i) => start + _more[i].SolutionValue() - _less[i].SolutionValue()).ToArray();
                moving.UnionWith(Enumerable.Range(0, point.Length).Where(i => Math.Abs(point[i] - From[i]) > Tolerance));
                found = point.All(figure => Math.Abs(figure - Math.Round(figure)) < Tolerance) ? point.Select(figure => Math.Round(figure)).ToArray() : null;
            }

            variable.SetBounds(0, limit);
            opposite.SetUb(oppositeLimit);
            return found;
        }

        // Other prices lead to other corners.
        private void Price(int attempt)
        {
            Objective objective = _solver.Objective();
            for (int i = 0; i < _more.Length; i++)
            {
                double price = 1 + (attempt * ((i * 7919L) + (attempt * 104_729L)) % 1_000 / 1_000.0);
                objective.SetCoefficient(_more[i], price);
                objective.SetCoefficient(_less[i], price);
            }
        }
    }
}
