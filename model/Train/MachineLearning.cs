using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>A second solver for the weights of selected terms, and calibration, by Microsoft.ML.</summary>
/// <remarks>
/// One thread, fixed seed, rows in the order given: the result depends on nothing else. Microsoft.ML computes in single precision.
/// Why there are two solvers: docs/adr/0007-training-with-microsoft-ml.md.
/// </remarks>
internal static class MachineLearning
{
    /// <summary>Share by which the objective may lie above that of coordinate descent.</summary>
    public const double LargestGap = 1e-3;

    private const float Tolerance = 1e-8f;
    private const int MaxIterations = 1000;

    /// <summary>Returns by which share the objective of Microsoft.ML's refit lies above that of a fit; NaN when its weights are no numbers.</summary>
    public static double Excess(Design design, LinearFit fit, double penalty)
    {
        double own = SparseLogistic.Objective(design, fit, penalty);
        return (SparseLogistic.Objective(design, Refit(design, fit, penalty), penalty) - own) / own;
    }

    /// <summary>Returns the weights of the columns that a fit selected, estimated by L-BFGS (OWL-QN) at the same penalty.</summary>
    /// <remarks>A column that comes out with a sign it may not have is dropped and the rest fitted again.</remarks>
    public static LinearFit Refit(Design design, LinearFit selected, double penalty)
    {
        int[] columns = [.. Enumerable.Range(0, selected.Weights.Length).Where(c => selected.Weights[c] != 0)];
        while (columns.Length > 0)
        {
            LinearFit fit = FitColumns(design, columns, penalty);
            int[] permitted = [.. columns.Where(c => design.Sign[c].Permits(fit.Weights[c]))];
            if (permitted.Length == columns.Length)
            {
                return fit;
            }

            columns = permitted;
        }

        return new LinearFit(new double[selected.Weights.Length], selected.Bias);
    }

    /// <summary>Returns the slope and intercept of Platt's calibration of scores.</summary>
    public static (double Slope, double Intercept) Calibrate(ReadOnlySpan<double> score, ReadOnlySpan<bool> label)
    {
        var rows = new ScoreRow[score.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new ScoreRow { Label = label[i], Score = (float)score[i] };
        }

        var context = new MLContext(0);
        ISingleFeaturePredictionTransformer<PlattCalibrator> fitted =
            context.BinaryClassification.Calibrators.Platt().Fit(context.Data.LoadFromEnumerable(rows));
        PlattCalibrator calibrator = fitted.Model;

        // Platt writes 1 / (1 + exp(Slope x + Offset)).
        return (-calibrator.Slope, -calibrator.Offset);
    }

    private static LinearFit FitColumns(Design design, int[] columns, double penalty)
    {
        var context = new MLContext(0);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(PatternRow));
        schema[nameof(PatternRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns.Length);
        PatternRow[] rows = Patterns(design, columns);

        // Microsoft.ML divides the loss by the sum of weights but the penalty by the number of rows. With a mean weight of 1 they are the same.
        double scale = rows.Length / rows.Sum(r => (double)r.Weight);
        foreach (PatternRow row in rows)
        {
            row.Weight = (float)(row.Weight * scale);
        }

        IDataView data = context.Data.LoadFromEnumerable(rows, schema);
        var options = new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            ExampleWeightColumnName = nameof(PatternRow.Weight),
            L1Regularization = (float)(penalty * scale),
            L2Regularization = 0,
            OptimizationTolerance = Tolerance,
            MaximumNumberOfIterations = MaxIterations,
            NumberOfThreads = 1,
        };
        LinearBinaryModelParameters model = context.BinaryClassification.Trainers.LbfgsLogisticRegression(options).Fit(data).Model.SubModel;
        var weights = new double[design.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            weights[columns[i]] = model.Weights[i] / design.Factor[columns[i]];
        }

        return new LinearFit(weights, model.Bias);
    }

    // Microsoft.ML has one penalty for all columns: a column that costs twice as much has half the value, and its weight is halved afterwards.
    // Rows that are equal in label and in every column count once, with their weights added: fewer rows, the same objective.
    private static PatternRow[] Patterns(Design design, int[] columns)
    {
        int words = (columns.Length / 64) + 1;
        var bits = new ulong[design.Label.Length * words];
        for (int i = 0; i < design.Label.Length; i++)
        {
            bits[(i * words) + words - 1] |= design.Label[i] ? 1UL << 63 : 0;
        }

        for (int c = 0; c < columns.Length; c++)
        {
            foreach (int row in design.Columns[columns[c]])
            {
                bits[(row * words) + (c >> 6)] |= 1UL << (c & 63);
            }
        }

        var index = new Dictionary<Pattern, int>();
        var first = new List<int>();
        var weight = new List<double>();
        for (int row = 0; row < design.Label.Length; row++)
        {
            var pattern = new Pattern(bits.AsMemory(row * words, words));
            if (index.TryGetValue(pattern, out int at))
            {
                weight[at] += design.Weight[row];
                continue;
            }

            index[pattern] = first.Count;
            first.Add(row);
            weight.Add(design.Weight[row]);
        }

        return [.. first.Select((row, i) => new PatternRow
        {
            Label = design.Label[row],
            Weight = (float)weight[i],
            Features = [.. Enumerable.Range(0, columns.Length).Select(c => (bits[(row * words) + (c >> 6)] >> (c & 63) & 1) != 0 ? (float)(1 / design.Factor[columns[c]]) : 0f)],
        })];
    }

    private readonly struct Pattern(ReadOnlyMemory<ulong> words) : IEquatable<Pattern>
    {
        private readonly ReadOnlyMemory<ulong> _words = words;

        public bool Equals(Pattern other) => _words.Span.SequenceEqual(other._words.Span);

        public override bool Equals(object? obj) => obj is Pattern other && Equals(other);

        public override int GetHashCode()
        {
            ulong hash = 0;
            foreach (ulong word in _words.Span)
            {
                hash = Items.SplitMix.Mix(hash ^ word);
            }

            return (int)hash;
        }
    }

    private sealed class PatternRow
    {
        public bool Label { get; set; }

        public float Weight { get; set; }

        public float[] Features { get; set; } = [];
    }

    private sealed class ScoreRow
    {
        public bool Label { get; set; }

        public float Score { get; set; }
    }
}
