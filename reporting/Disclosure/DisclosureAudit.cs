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

    // How far an equation that was left out may be off, beside its largest figure.
    private const double Leftover = 1e-5;

    // Figures are asked together again while each time at least a tenth of them is shown to be safe.
    private const double EnoughShown = 0.9;

    // Where the nearest figures are not whole: deterministic seconds, and how far around them figures may move.
    private const double AroundLimit = 0.05;
    private const int Rings = 2;

    // So many parts of so many figures go to the cores, whatever their number; then all learn what each has found.
    private const int NearbyLanes = 4;
    private const int NearbyPart = 8;

    // Figures that one program moves together.
    private const int PackSize = 8;

    // The search of few figures goes on while it shows at least this share of a round.
    private const double EnoughNearby = 0.25;

    // Sweeps over the moves found so far, after each round and after the last.
    private const int Sweeps = 2;
    private const int LastSweeps = 40;

    // How often moves are repeated at most: far enough for any threshold.
    private const double FarthestMove = 1_000;

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
        private readonly (int At, int Coefficient)[][] _terms;
        private readonly int[] _independent;
        private readonly bool[] _isStated;
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
            _terms = rows.Select(row => row.Terms.Select(term => (_at[term.Unknown], term.Coefficient)).ToArray()).ToArray();
            _isStated = new bool[rows.Length];
            _independent = IndependentRows.Of(_terms, cells.Length);
            foreach (int row in _independent)
            {
                State(row);
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
                    if (_depth == AuditDepth.Verdicts && IsWide(target))
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
                left = targets.Where(target => !IsWide(target)).Select(target => _at[target.Cell]).Distinct().ToArray();
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
            double[] point = new double[_cells.Length];
            bool whole;
            do
            {
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

                whole = true;
                for (int i = 0; i < point.Length; i++)
                {
                    point[i] = _variables[i].SolutionValue();
                    whole &= Math.Abs(point[i] - Math.Round(point[i])) < Tolerance;
                }
            }
            while (StateBroken(point));

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

        private void State(int row)
        {
            _isStated[row] = true;
            Constraint constraint = _solver.MakeConstraint(-(double)_rows[row].Known, -(double)_rows[row].Known);
            foreach ((int at, int coefficient) in _terms[row])
            {
                constraint.SetCoefficient(_variables[at], coefficient);
            }
        }

        // An equation that was left out because it follows from others has to hold in every solution; one that does not is stated.
        private bool StateBroken(double[] point)
        {
            bool any = false;
            for (int row = 0; row < _rows.Length; row++)
            {
                if (_isStated[row])
                {
                    continue;
                }

                double left = (double)_rows[row].Known, scale = 1;
                foreach ((int at, int coefficient) in _terms[row])
                {
                    left += coefficient * point[at];
                    scale = Math.Max(scale, Math.Abs(point[at]));
                }

                if (Math.Abs(left) > Leftover * scale)
                {
                    State(row);
                    any = true;
                }
            }

            return any;
        }

        // Whole figures that differ in as little as possible from others known to be whole: such a difference mostly is whole itself, which a corner far away often is not.
        private void WholeNearby(AuditTarget[] targets)
        {
            AuditTarget[] left = Unshown(targets);
            if (left.Length == 0)
            {
                return;
            }

            if (_whole is null || !Holds(_whole))
            {
                _whole = null;
                (CpModel model, IntVar[] variables) = WholeModel();
                Programs++;
                Answer(model, variables, _ranges);
            }

            if (_whole is not { } from || !Holds(from))
            {
                return;
            }

            double[] lower = _cells.Select(LowerOf).ToArray(), upper = _cells.Select(UpperOf).ToArray();
            (int At, int Coefficient)[][] rows = _terms, fewest = _independent.Select(row => _terms[row]).ToArray();
            WholeWalk walk = new(from, lower, upper);
            LocalWhole[] locals = Enumerable.Range(0, NearbyLanes).Select(_ => new LocalWhole(from, lower, upper, rows, _rowsOf)).ToArray();
            List<Dictionary<int, long>>[] found = locals.Select(_ => new List<Dictionary<int, long>>()).ToArray();
            Lanes(
                left,
                lane => new LaneSearch((at, value, range) =>
                {
                    if (locals[lane].Find(at, value) is not { } moves || !TakeMoves(moves, from, lower, upper, rows, _rowsOf, range))
                    {
                        return false;
                    }

                    found[lane].Add(moves);
                    return true;
                }),
                round =>
                {
                    foreach (List<Dictionary<int, long>> lane in found)
                    {
                        lane.ForEach(walk.Add);
                        lane.Clear();
                    }

                    walk.Go(_ranges, Sweeps);
                    return round.Count(IsShown) >= round.Count * EnoughNearby;
                });
            walk.Go(_ranges, LastSweeps);
            if (!Holds(walk.Figures))
            {
                throw new InvalidOperationException("The audit walked to figures that do not add up; its moves are not whole.");
            }
            Programs += locals.Sum(local => local.Programs);


            left = Unshown(targets);
            if (left.Length == 0)
            {
                return;
            }

            NearbyWhole[] nearby = Enumerable.Range(0, NearbyLanes).Select(_ => new NearbyWhole(from, lower, upper, fewest)).ToArray();
            try
            {
                Packs(left, from, lower, upper, nearby);
                Lanes(
                    Unshown(targets),
                    lane => new LaneSearch((at, value, range) => Nearest(nearby[lane], at, value) is { } point && TakeMoves(Moves(from, point), from, lower, upper, rows, _rowsOf, range)),
                    _ => true);
                Programs += nearby.Sum(one => one.Programs);
            }
            finally
            {
                foreach (NearbyWhole one in nearby)
                {
                    one.Dispose();
                }
            }
        }

        // In rounds: a few figures on each lane, all of which begin with what was found in the rounds before.
        private void Lanes(AuditTarget[] targets, Func<int, LaneSearch> search, Func<IReadOnlyList<AuditTarget>, bool> goesOn)
        {
            LaneSearch[] lanes = Enumerable.Range(0, NearbyLanes).Select(search).ToArray();
            int next = 0;
            while (next < targets.Length)
            {
                List<AuditTarget> round = [];
                for (; next < targets.Length && round.Count < NearbyLanes * NearbyPart; next++)
                {
                    if (!IsShown(targets[next]))
                    {
                        round.Add(targets[next]);
                    }
                }

                WholeRange[] found = new WholeRange[NearbyLanes];
                Parallelly(NearbyLanes, lane =>
                {
                    found[lane] = new WholeRange(_ranges);
                    for (int i = lane; i < round.Count; i += NearbyLanes)
                    {
                        Approach(lanes[lane], round[i], found[lane]);
                    }
                });
                foreach (WholeRange range in found)
                {
                    _ranges.Take(range);
                }

                if (!goesOn(round))
                {
                    return;
                }
            }
        }

        // Several figures at once by one program, each as far from where it stands as asked: where nothing holds them apart, that shows all of them.
        private void Packs(AuditTarget[] targets, double[] from, double[] lower, double[] upper, NearbyWhole[] nearby)
        {
            // Figures that stand beside each other in a table are in each other's way.
            int packs = (targets.Length + PackSize - 1) / PackSize;
            List<AuditTarget>[] all = Enumerable.Range(0, packs).Select(pack => Enumerable.Range(0, PackSize).Select(i => (i * packs) + pack).Where(i => i < targets.Length).Select(i => targets[i]).ToList()).ToArray();
            for (int next = 0; next < packs; next += NearbyLanes)
            {
                WholeRange[] found = new WholeRange[NearbyLanes];
                Parallelly(Math.Min(NearbyLanes, packs - next), lane =>
                {
                    found[lane] = new WholeRange(_ranges);
                    Dictionary<int, double> values = [];
                    foreach (AuditTarget target in all[next + lane].Where(target => !IsShown(target)))
                    {
                        int at = _at[target.Cell];
                        double width = Math.Ceiling((double)target.Width);
                        values[at] = from[at] - width >= Math.Ceiling(_least[at] - Tolerance) ? from[at] - width : from[at] + width;
                    }

                    if (values.Count > 1 && nearby[lane].Find(values, out _) is { } point)
                    {
                        TakeMoves(Moves(from, point), from, lower, upper, _terms, _rowsOf, found[lane]);
                    }
                });
                foreach (WholeRange range in found.OfType<WholeRange>())
                {
                    _ranges.Take(range);
                }
            }
        }

        // Whether every equation holds in these whole figures and no bound is passed.
        private bool Holds(double[] point) =>
            Enumerable.Range(0, point.Length).All(at => point[at] >= LowerOf(_cells[at]) && point[at] <= UpperOf(_cells[at]) && point[at] == Math.Floor(point[at]))
            && Enumerable.Range(0, _terms.Length).All(row => (decimal)_terms[row].Sum(term => term.Coefficient * point[term.At]) == -_rows[row].Known);

        // First down, then as far above that as asked.
        private void Approach(LaneSearch search, AuditTarget target, WholeRange range)
        {
            int at = _at[target.Cell];
            double width = Math.Ceiling((double)target.Width);
            double low = Math.Max(Math.Ceiling(_least[at] - Tolerance), Math.Min(range.Most[at] - width, (double)(target.FallTo ?? decimal.MaxValue)));
            if (!Meets(target, range.Least[at], range.Most[at]) && low < range.Least[at])
            {
                search(at, low, range);
            }

            double high = Math.Min(Math.Floor(_most[at] + Tolerance), Math.Max(range.Least[at] + width, (double)(target.Reach ?? decimal.MinValue)));
            if (!Meets(target, range.Least[at], range.Most[at]) && high > range.Most[at])
            {
                search(at, high, range);
            }
        }

        private static Dictionary<int, long> Moves(double[] from, double[] point) => Enumerable.Range(0, point.Length).Where(at => point[at] != from[at]).ToDictionary(at => at, at => (long)(point[at] - from[at]));

        // What the search found is evidence only once it is checked here, in whole numbers: every equation holds, no bound is passed. The same moves, as often as they fit, are possible figures too.
        private static bool TakeMoves(Dictionary<int, long> moves, double[] from, double[] lower, double[] upper, (int At, int Coefficient)[][] rows, List<int>[] rowsOf, WholeRange range)
        {
            HashSet<int> touched = [];
            foreach (int at in moves.Keys)
            {
                touched.UnionWith(rowsOf[at]);
            }

            if (touched.Any(row => rows[row].Sum(term => term.Coefficient * moves.GetValueOrDefault(term.At)) != 0))
            {
                return false;
            }

            long common = moves.Values.Aggregate(0L, (divisor, move) => (long)System.Numerics.BigInteger.GreatestCommonDivisor(divisor, move));
            double most = FarthestMove, least = -FarthestMove;
            foreach ((int at, long move) in moves)
            {
                double one = move / common, up = (upper[at] - from[at]) / one, down = (lower[at] - from[at]) / one;
                most = Math.Min(most, Math.Floor(Math.Max(up, down) + Tolerance));
                least = Math.Max(least, Math.Ceiling(Math.Min(up, down) - Tolerance));
            }

            if (least > 0 || most < 0)
            {
                return false;
            }

            foreach ((int at, long move) in moves)
            {
                double one = move / common;
                range.Take(at, from[at] + (most * one));
                range.Take(at, from[at] + (least * one));
            }

            return true;
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
            return _view.AreCounts ? Meets(target, Math.Ceiling(_least[at] - Tolerance), Math.Floor(_most[at] + Tolerance)) : Meets(target, _least[at], _most[at]);
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

    // Walks from whole figures to others by moves that are known to be possible: far from where the moves were found, figures move that stood at a bound there.
    private sealed class WholeWalk(double[] from, double[] lower, double[] upper)
    {
        // As far as a step goes at most: beyond any threshold, not so far that figures leave each other behind.
        private const double Stride = 60;

        private readonly List<(int[] At, double[] Step)> _moves = [];
        private uint _draw = 1;

        internal double[] Figures { get; } = (double[])from.Clone();

        internal void Add(Dictionary<int, long> moves)
        {
            long common = moves.Values.Aggregate(0L, (divisor, move) => (long)System.Numerics.BigInteger.GreatestCommonDivisor(divisor, move));
            int[] at = [.. moves.Keys.Order()];
            _moves.Add((at, [.. at.Select(figure => (double)(moves[figure] / common))]));
        }

        // Both ends of each step are possible figures; the walk goes on from a point between them.
        internal void Go(WholeRange range, int sweeps)
        {
            for (int sweep = 0; sweep < sweeps; sweep++)
            {
                foreach ((int[] at, double[] step) in _moves)
                {
                    double least = -Stride, most = Stride;
                    for (int i = 0; i < at.Length; i++)
                    {
                        double up = (upper[at[i]] - Figures[at[i]]) / step[i], down = (lower[at[i]] - Figures[at[i]]) / step[i];
                        most = Math.Min(most, Math.Floor(Math.Max(up, down) + Tolerance));
                        least = Math.Max(least, Math.Ceiling(Math.Min(up, down) - Tolerance));
                    }

                    // A linear congruential generator: the same walk on every machine. Constants of Numerical Recipes (Press and others, 1992), section 7.1.
                    _draw = unchecked((_draw * 1_664_525u) + 1_013_904_223u);
                    double go = Math.Round(least + ((most - least) * (_draw / (double)uint.MaxValue)));
                    for (int i = 0; i < at.Length; i++)
                    {
                        range.Take(at[i], Figures[at[i]] + (least * step[i]));
                        range.Take(at[i], Figures[at[i]] + (most * step[i]));
                        Figures[at[i]] += go * step[i];
                    }
                }
            }
        }
    }

    // Looks for whole figures with one at a value and takes them down; returns whether there were any.
    private delegate bool LaneSearch(int at, double value, WholeRange range);

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

        internal void Take(int at, double value)
        {
            Least[at] = Math.Min(Least[at], value);
            Most[at] = Math.Max(Most[at], value);
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
        private readonly Solver _solver;
        private readonly MPSolverParameters _onward = new();
        private readonly Variable[] _more;
        private readonly Variable[] _less;

        internal NearbyWhole(double[] from, double[] lower, double[] upper, (int At, int Coefficient)[][] rows)
        {
            From = from;
            _solver = Solver.CreateSolver("GLOP") ?? throw new InvalidOperationException("The linear solver GLOP is not in the native library of OR-Tools.");
            _onward.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
            // Only bounds change from one program to the next: the last basis stays dual feasible.
            _onward.SetIntegerParam(MPSolverParameters.IntegerParam.LP_ALGORITHM, (int)MPSolverParameters.LpAlgorithmValues.DUAL);
            _more = from.Select((value, at) => _solver.MakeNumVar(0, upper[at] - value, string.Empty)).ToArray();
            _less = from.Select((value, at) => _solver.MakeNumVar(0, value - lower[at], string.Empty)).ToArray();
            foreach ((int At, int Coefficient)[] row in rows)
            {
                Constraint constraint = _solver.MakeConstraint(0, 0);
                foreach ((int at, int coefficient) in row)
                {
                    constraint.SetCoefficient(_more[at], coefficient);
                    constraint.SetCoefficient(_less[at], -coefficient);
                }
            }

            Objective objective = _solver.Objective();
            foreach (Variable variable in _more.Concat(_less))
            {
                objective.SetCoefficient(variable, 1);
            }

            objective.SetMinimization();
        }

        internal double[] From { get; }

        internal int Programs { get; private set; }

        public void Dispose()
        {
            _onward.Dispose();
            _solver.Dispose();
        }

        // Returns whole figures with this one at the value, or null where the nearest are not whole.
        internal double[]? Find(int at, double value, out HashSet<int> moving) => Find(new Dictionary<int, double> { [at] = value }, out moving);

        // The same with several at once.
        internal double[]? Find(IReadOnlyDictionary<int, double> values, out HashSet<int> moving)
        {
            moving = [];
            Dictionary<Variable, double> limits = [];
            foreach ((int at, double value) in values)
            {
                double move = value - From[at];
                (Variable variable, Variable opposite) = move > 0 ? (_more[at], _less[at]) : (_less[at], _more[at]);
                limits[variable] = variable.Ub();
                limits[opposite] = opposite.Ub();
                variable.SetLb(Math.Abs(move));
                opposite.SetUb(0);
            }

            double[]? found = null;
            Programs++;
            if (_solver.Solve(_onward) == Solver.ResultStatus.OPTIMAL)
            {
                double[] point = From.Select((start, i) => start + _more[i].SolutionValue() - _less[i].SolutionValue()).ToArray();
                moving.UnionWith(Enumerable.Range(0, point.Length).Where(i => Math.Abs(point[i] - From[i]) > Tolerance));
                found = point.All(figure => Math.Abs(figure - Math.Round(figure)) < Tolerance) ? point.Select(figure => Math.Round(figure)).ToArray() : null;
            }

            foreach ((Variable variable, double limit) in limits)
            {
                variable.SetBounds(0, limit);
            }

            return found;
        }
    }
}
