using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Warehouse.Model.Items;

namespace Warehouse.Model.Validate;

/// <summary>The trainers of Microsoft.ML that the model is compared with, each with its default settings.</summary>
/// <remarks>One thread and fixed seeds: the result depends on rows and order alone.</remarks>
public static class Challenger
{
    // A column of names would need a column each; what is rarer than these is "another value".
    private const int MostCategories = 256;

    private const string NoLibrary = "its native library is not on this machine";

    /// <summary>The trainers, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["LightGBM", "FastTree", "GAM", "logistic"];

    /// <summary>Returns the table as rows of numbers: numbers standardised on the rows learned from, missing ones at their mean and marked, categories one-hot.</summary>
    public static ChallengerRow[] Encode(FeatureTable table, int[] train, bool[] label)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(label);
        var columns = new List<float[]>();
        foreach (FeatureColumn column in table.Columns)
        {
            if (column.Numbers is { } numbers)
            {
                double[] known = [.. train.Select(r => numbers[r]).Where(v => !double.IsNaN(v))];
                double mean = known.Length == 0 ? 0 : known.Average(), sd = Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, known.Length));
                columns.Add([.. numbers.Select(v => double.IsNaN(v) || sd == 0 ? 0f : (float)((v - mean) / sd))]);
                if (Array.Exists(numbers, double.IsNaN))
                {
                    columns.Add([.. numbers.Select(v => double.IsNaN(v) ? 1f : 0f)]);
                }

                continue;
            }

            string?[] categories = column.Categories!;
            foreach (string? category in categories.GroupBy(c => c, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostCategories).Select(g => g.Key).Order(StringComparer.Ordinal))
            {
                columns.Add([.. categories.Select(v => string.Equals(v, category, StringComparison.Ordinal) ? 1f : 0f)]);
            }
        }

        return [.. label.Select((y, r) => new ChallengerRow { Label = y, Features = [.. columns.Select(c => c[r])] })];
    }

    /// <summary>Returns the scores of the rows tested, or null with the reason where the trainer cannot learn from these rows or is not on this machine.</summary>
    public static (double[]? Scores, string Fault) Score(string name, ChallengerRow[] train, ChallengerRow[] test)
    {
        ArgumentNullException.ThrowIfNull(train);
        var context = new MLContext(0);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(ChallengerRow));
        schema[nameof(ChallengerRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, train[0].Features.Length);
        IDataView data = context.Data.LoadFromEnumerable(train, schema);
        BinaryClassificationCatalog.BinaryClassificationTrainers trainers = context.BinaryClassification.Trainers;
        try
        {
            ITransformer model = name switch
            {
                "LightGBM" => trainers.LightGbm(new LightGbmBinaryTrainer.Options { NumberOfThreads = 1, Deterministic = true, Seed = 1 }).Fit(data),
                "FastTree" => trainers.FastTree(new FastTreeBinaryTrainer.Options { NumberOfThreads = 1 }).Fit(data),
                "GAM" => trainers.Gam(new GamBinaryTrainer.Options { NumberOfThreads = 1 }).Fit(data),
                "logistic" => trainers.LbfgsLogisticRegression().Fit(data),
                _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not one of " + string.Join(", ", Names)),
            };
            return ([.. model.Transform(context.Data.LoadFromEnumerable(test, schema)).GetColumn<float>("Score").Select(s => (double)s)], "");
        }
        catch (DllNotFoundException)
        {
            return (null, NoLibrary);
        }
        catch (AggregateException cause) when (cause.Flatten().InnerExceptions.Any(e => e is DllNotFoundException))
        {
            return (null, NoLibrary);
        }
        catch (InvalidOperationException cause)
        {
            return (null, cause.Message);
        }
    }
}

/// <summary>A row as the trainers of Microsoft.ML take it.</summary>
public sealed class ChallengerRow
{
    /// <summary>Label.</summary>
    public bool Label { get; set; }

    /// <summary>Values, none of them missing.</summary>
    public float[] Features { get; set; } = [];
}
