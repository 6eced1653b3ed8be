using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Warehouse.Model.Train;

/// <summary>Weighted rows of yes/no columns for one fit.</summary>
/// <param name="Fired">Per row, the columns that are 1, ascending.</param>
/// <param name="Label">Label per row.</param>
/// <param name="Weight">Weight per row, greater than 0.</param>
/// <param name="ColumnCount">Number of columns.</param>
internal sealed record Design(int[][] Fired, bool[] Label, float[] Weight, int ColumnCount);

/// <summary>A linear score.</summary>
internal sealed record LinearFit(double[] Weights, double Bias);

/// <summary>Fits an L1-penalised logistic regression with the L-BFGS trainer of Microsoft.ML.</summary>
/// <remarks>One thread and no random start, so equal inputs give equal weights.</remarks>
internal static class SparseLogistic
{
    /// <summary>Returns the smallest penalty with which every weight is zero.</summary>
    public static double LargestPenalty(Design design)
    {
        double total = 0, positive = 0;
        for (int i = 0; i < design.Label.Length; i++)
        {
            total += design.Weight[i];
            positive += design.Label[i] ? design.Weight[i] : 0;
        }

        double rate = positive / total;
        var gradient = new double[design.ColumnCount];
        for (int i = 0; i < design.Label.Length; i++)
        {
            double residual = design.Weight[i] * ((design.Label[i] ? 1 : 0) - rate);
            foreach (int c in design.Fired[i])
            {
                gradient[c] += residual;
            }
        }

        return gradient.Select(Math.Abs).DefaultIfEmpty(0).Max();
    }

    /// <summary>Returns the fit at a penalty, never giving a column a sign it may not have.</summary>
    /// <param name="design">Rows.</param>
    /// <param name="penalty">L1 penalty on the sum of the weighted losses.</param>
    /// <param name="sign">Per column 1: never negative, -1: never positive, 0: free.</param>
    public static LinearFit Fit(Design design, double penalty, sbyte[] sign)
    {
        var dropped = new HashSet<int>();
        while (true)
        {
            LinearFit fit = FitOnce(design, penalty, dropped);
            int before = dropped.Count;
            for (int c = 0; c < sign.Length; c++)
            {
                if (fit.Weights[c] * sign[c] < 0)
                {
                    dropped.Add(c);
                }
            }

            if (dropped.Count == before)
            {
                return fit;
            }
        }
    }

    private static LinearFit FitOnce(Design design, double penalty, HashSet<int> dropped)
    {
        int size = Math.Max(1, design.ColumnCount);
        var rows = new Row[design.Label.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int[] fired = dropped.Count == 0 ? design.Fired[i] : Array.FindAll(design.Fired[i], c => !dropped.Contains(c));
            var ones = new float[fired.Length];
            Array.Fill(ones, 1f);
            rows[i] = new Row { Label = design.Label[i], Weight = design.Weight[i], Features = new VBuffer<float>(size, fired.Length, ones, fired) };
        }

        var context = new MLContext(seed: 0);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        IDataView data = context.Data.LoadFromEnumerable(rows, schema);
        LbfgsLogisticRegressionBinaryTrainer trainer = context.BinaryClassification.Trainers.LbfgsLogisticRegression(
            new LbfgsLogisticRegressionBinaryTrainer.Options
            {
                ExampleWeightColumnName = nameof(Row.Weight),
                L1Regularization = (float)penalty,
                L2Regularization = 0,
                OptimizationTolerance = 1e-5f,
                MaximumNumberOfIterations = 300,
                HistorySize = 10,
                NumberOfThreads = 1,
            });
        var model = (CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>)trainer.Fit(data).Model;
        var weights = new double[size];
        for (int c = 0; c < size; c++)
        {
            weights[c] = model.SubModel.Weights[c];
        }

        return new LinearFit(weights, model.SubModel.Bias);
    }

    private sealed class Row
    {
        public bool Label { get; set; }

        public float Weight { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
