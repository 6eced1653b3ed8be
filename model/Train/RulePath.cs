using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>Settings of a path of fits over all conjunctions.</summary>
public sealed record RulePathOptions
{
    /// <summary>Greatest number of items in a conjunction, 1 to 3.</summary>
    public int MaxLength { get; init; } = 3;

    /// <summary>Power of the length by which the penalty of a conjunction grows.</summary>
    public double LengthGrowth { get; init; } = 0.5;

    /// <summary>Quadratic part of the penalty, in its units: a term of weight w costs penalty × factor × (|w| + part × w² / 2).</summary>
    public double Quadratic { get; init; }

    /// <summary>Number of penalties, evenly spaced on a logarithmic scale.</summary>
    public int PenaltyCount { get; init; } = 30;

    /// <summary>The last penalty as a share of the smallest one with an empty model.</summary>
    public double SmallestShare { get; init; } = 0.01;

    /// <summary>Relative duality gap at which a fit is finished.</summary>
    public double Gap { get; init; } = 1e-6;

    /// <summary>Smallest number of rows in which a conjunction holds.</summary>
    public int MinRows { get; init; } = 1;

    /// <summary>Threads to use; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>One conjunction with its weight.</summary>
public sealed record WeightedConjunction(IReadOnlyList<int> Items, double Weight);

/// <summary>One fit of a path.</summary>
/// <param name="Penalty">Penalty of a single item, in units of the weighted loss.</param>
/// <param name="Bias">Log-odds where no conjunction holds.</param>
/// <param name="Terms">Conjunctions with a weight.</param>
/// <param name="Objective">Penalised loss.</param>
/// <param name="Gap">Share of the objective by which it can be above the optimum over all conjunctions, at most.</param>
/// <param name="Rounds">Times all conjunctions were priced.</param>
public sealed record RulePathPoint(double Penalty, double Bias, IReadOnlyList<WeightedConjunction> Terms, double Objective, double Gap, int Rounds);

/// <summary>Fits the L1-penalised logistic regression over all conjunctions of a table's items along a path of penalties, each to a certified gap.</summary>
public static class RulePath
{
    /// <summary>Yields the fits, largest penalty first, as they are asked for.</summary>
    /// <param name="bits">Rows in which each item holds.</param>
    /// <param name="signs">Signs that the weight of each item may not have; null leaves all free.</param>
    /// <param name="label">Label per row.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <remarks>Errors: MDL-005, MDL-006, MDL-008 for labels, MDL-013 for a length that cannot be priced, MDL-012 without an item that varies.</remarks>
    public static IEnumerable<RulePathPoint> Fit(
        BitColumns bits, WeightSign[]? signs, bool[] label, RulePathOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(options);
        RuleMiner.CheckLabels(label, bits.RowCount);
        CheckLength(options.MaxLength);
        int[] order = [.. Enumerable.Range(0, label.Length).OrderBy(r => label[r] ? 0 : 1)];
        var rows = new FitRows(label.Count(y => y), [.. label.Select(_ => 1.0)]);
        var family = new ConjunctionFamily(
            rows,
            bits.Take(order).Columns,
            [.. bits.Columns.Select(_ => true)],
            signs ?? new WeightSign[bits.Columns.Length],
            new ConjunctionOptions
            {
                MaxLength = options.MaxLength,
                Growth = options.LengthGrowth,
                MinRows = options.MinRows,
                Threads = options.Threads,
                CancellationToken = cancellationToken,
            });
        double largest = ColumnGeneration.LargestPenalty(rows, family);
        if (largest <= 0)
        {
            throw new ModelException("MDL-012", "no item that goes with the label", "at least one", "check the feature load");
        }

        return Points();

        IEnumerable<RulePathPoint> Points()
        {
            var state = new ColumnGeneration(rows, family, options.Gap, options.Quadratic);
            for (int i = 0; i < options.PenaltyCount; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double penalty = largest * Math.Pow(options.SmallestShare, (i + 1.0) / options.PenaltyCount);
                FamilyFit fit = state.Solve(penalty);
                yield return new RulePathPoint(
                    penalty, fit.Bias, [.. fit.Terms.Select((t, k) => new WeightedConjunction(t.Items, fit.Weights[k]))], fit.Objective, fit.Gap, fit.Rounds);
            }
        }
    }

    internal static void CheckLength(int length)
    {
        if (length is < 1 or > ConjunctionFamily.LongestTerm)
        {
            throw new ModelException(
                "MDL-013", $"conjunctions of up to {length} conditions", $"1 to {ConjunctionFamily.LongestTerm}", "longer ones can be mined, not weighed");
        }
    }
}
