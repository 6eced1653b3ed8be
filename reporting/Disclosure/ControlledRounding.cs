using Google.OrTools.Sat;

namespace Warehouse.Reporting.Disclosure;

/// <summary>What rounding found.</summary>
/// <param name="Values">For each figure the multiple of the base that takes its place.</param>
/// <param name="IsAdjacent">Whether every figure went to one of the two multiples beside it, multiples staying as they are; otherwise some went one or two multiples further.</param>
/// <param name="IsOptimal">Whether no rounding of this kind moves the figures less, all together.</param>
public sealed record RoundedFigures(IReadOnlyList<long> Values, bool IsAdjacent, bool IsOptimal);

/// <summary>Rounds all figures of a system so that the rounded ones still add up.</summary>
/// <remarks>
/// Zero-restricted controlled rounding with the least sum of distances. Two-way tables always have one: Cox (1987), "A constructive procedure for unbiased controlled rounding", JASA 82, 520-524. Tables of more
/// dimensions and linked tables need not (Causey, Cox and Ernst (1985), JASA 80, 903-909): there figures may move up to two multiples further, those that have to. The same figures give the same rounding.
/// Cost: a whole-number program; NP-hard beyond two dimensions, bounded by deterministic seconds.
/// </remarks>
public static class ControlledRounding
{
    /// <summary>How many multiples beyond the adjacent ones a figure may go where there is no other way.</summary>
    public const int FurthestExtra = 2;

    private const double Seconds = 10;

    /// <summary>Returns the rounded figures, or null where there is no rounding, or none was found within the limit of work.</summary>
    /// <exception cref="DisclosureException">The figures are no counts.</exception>
    public static RoundedFigures? Round(CellSystem system, int roundingBase)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentOutOfRangeException.ThrowIfLessThan(roundingBase, 2);
        if (!system.AreCounts)
        {
            throw new DisclosureException(DisclosureFault.NotWhole, "Only counts are rounded together.", "まとめて丸めることができるのは件数だけです。");
        }

        for (int extra = 0; extra <= FurthestExtra; extra++)
        {
            if (Solve(system, roundingBase, extra) is { } rounded)
            {
                return rounded;
            }
        }

        return null;
    }

    private static RoundedFigures? Solve(CellSystem system, int roundingBase, int extra)
    {
        CpModel model = new();
        int count = system.Cells.Count;
        IntVar[] multiples = new IntVar[count];
        List<IntVar> moves = [];
        for (int i = 0; i < count; i++)
        {
            SystemCell cell = system.Cells[i];
            long value = (long)cell.Value;
            long below = (long)Math.Floor(value / (double)roundingBase);
            long above = below * roundingBase == value ? below : below + 1;
            bool isFixed = cell.Kind == CellKind.Structural;
            multiples[i] = isFixed ? model.NewConstant(below) : model.NewIntVar(cell.Lower >= 0 ? Math.Max(below - extra, 0) : below - extra, above + extra, string.Empty);
            if (!isFixed)
            {
                // At the least sum, each is the distance itself.
                IntVar distance = model.NewIntVar(0, (extra + 1L) * roundingBase, string.Empty);
                model.Add(distance >= (multiples[i] * roundingBase) - value);
                model.Add(distance >= value - (multiples[i] * roundingBase));
                moves.Add(distance);
            }
        }

        foreach (CellSum sum in system.Sums)
        {
            model.Add(LinearExpr.Sum(sum.Parts.Select(part => multiples[part])) == multiples[sum.Total]);
        }

        model.Minimize(LinearExpr.Sum(moves));
        CpSolver solver = new() { StringParameters = FormattableString.Invariant($"num_workers:1,random_seed:1,max_deterministic_time:{Seconds}") };
        CpSolverStatus status = solver.Solve(model);
        return status is CpSolverStatus.Optimal or CpSolverStatus.Feasible
            ? new RoundedFigures(multiples.Select(multiple => solver.Value(multiple) * roundingBase).ToList(), extra == 0, status == CpSolverStatus.Optimal)
            : null;
    }
}
