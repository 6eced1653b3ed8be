using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>Weighted rows of yes/no columns for one fit.</summary>
/// <param name="Columns">Per column, the rows in which it is 1, ascending.</param>
/// <param name="Label">Label per row.</param>
/// <param name="Weight">Weight per row, greater than 0.</param>
/// <param name="Sign">Per column, the signs its weight may not have.</param>
/// <param name="Factor">Per column, its penalty in units of the penalty of the fit.</param>
internal sealed record Design(int[][] Columns, bool[] Label, double[] Weight, WeightSign[] Sign, double[] Factor);

/// <summary>A linear score.</summary>
internal sealed record LinearFit(double[] Weights, double Bias);

/// <summary>Fits L1-penalised logistic regressions over listed columns, by <see cref="ColumnGeneration"/>.</summary>
internal static class SparseLogistic
{
    // Share of the objective by which a fit of a path may be above the optimum; a hundredth of what one standard error of its mean resolves.
    private const double PathGap = 1e-6;

    /// <summary>Returns the smallest penalty with which every weight is zero.</summary>
    public static double LargestPenalty(Design design)
    {
        (FitRows rows, TermList terms) = Prepare(design);
        return ColumnGeneration.LargestPenalty(rows, terms);
    }

    /// <summary>Yields one fit per penalty as it is asked for; penalties descend and each fit starts from the one before.</summary>
    /// <remarks>Nulls: without <paramref name="start"/> the first fit starts from no weights.</remarks>
    public static IEnumerable<LinearFit> Path(Design design, IEnumerable<double> penalties, LinearFit? start = null)
    {
        ColumnGeneration state = Start(design, PathGap, start);
        return penalties.Select(penalty => Listed(design, state.Solve(penalty)));
    }

    /// <summary>Returns the fit at one penalty, from a start, as exact as double precision lets it be.</summary>
    public static LinearFit Polish(Design design, double penalty, LinearFit start) => Listed(design, Start(design, 1e-12, start).Solve(penalty));

    /// <summary>Returns how far a fit can be above the optimum at most, as a share of its objective; nothing is assumed about how it was found.</summary>
    public static double Gap(Design design, LinearFit fit, double penalty) => Start(design, 1, fit).Gap(penalty);

    /// <summary>Returns the penalised loss of a fit.</summary>
    public static double Objective(Design design, LinearFit fit, double penalty) => Start(design, 1, fit).Objective(penalty);

    private static ColumnGeneration Start(Design design, double tolerance, LinearFit? start)
    {
        (FitRows rows, TermList terms) = Prepare(design);
        return start is null
            ? new ColumnGeneration(rows, terms, tolerance)
            : new ColumnGeneration(rows, terms, tolerance, terms.Terms.Select((t, c) => (t, start.Weights[c])).Where(t => t.Item2 != 0), start.Bias);
    }

    private static LinearFit Listed(Design design, FamilyFit fit)
    {
        var weights = new double[design.Columns.Length];
        for (int t = 0; t < fit.Terms.Count; t++)
        {
            weights[fit.Terms[t].Items[0]] = fit.Weights[t];
        }

        return new LinearFit(weights, fit.Bias);
    }

    // Positives first; a column's number stands for its items.
    private static (FitRows Rows, TermList Terms) Prepare(Design design)
    {
        int[] order = [.. Enumerable.Range(0, design.Label.Length).OrderBy(i => design.Label[i] ? 0 : 1)];
        var place = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            place[order[i]] = i;
        }

        var rows = new FitRows(design.Label.Count(y => y), [.. order.Select(i => design.Weight[i])]);
        Term[] terms = [.. design.Columns.Select((column, c) =>
        {
            int[] placed = [.. column.Select(i => place[i])];
            Array.Sort(placed);
            return new Term([c], placed, design.Sign[c], design.Factor[c]);
        })];
        return (rows, new TermList(rows, terms));
    }
}
