using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>Rows to learn from: one per child and snapshot.</summary>
public sealed record TrainingSet
{
    /// <summary>Features as known at the snapshot.</summary>
    public required FeatureTable Table { get; init; }

    /// <summary>True when support was judged necessary within the horizon.</summary>
    public required bool[] Label { get; init; }

    /// <summary>Key of the row that does not depend on the installation.</summary>
    public required long[] RowKey { get; init; }

    /// <summary>Key of the household; its rows are never split between folds.</summary>
    public required long[] GroupKey { get; init; }

    /// <summary>Snapshot date as yyyymmdd.</summary>
    public required int[] TimeKey { get; init; }

    /// <summary>Key of the child, whose rows are one history; null when every row is a child of its own.</summary>
    public long[]? UnitKey { get; init; }

    /// <summary>Rows compared with each other by the significance test, such as those of one snapshot and age band; null takes the snapshot.</summary>
    public int[]? StratumKey { get; init; }

    /// <summary>What the significance test needs to know about the rows.</summary>
    internal RowStructure Structure => new()
    {
        Group = GroupKey,
        Unit = UnitKey ?? [.. Enumerable.Range(0, Label.Length).Select(r => (long)r)],
        Time = TimeKey,
        Stratum = StratumKey ?? TimeKey,
    };
}

/// <summary>What a term of k conditions and weight w costs, in units of the penalty: k^growth × (|w| + quadratic × w² / 2).</summary>
/// <param name="LengthGrowth">Power of its number of conditions by which a conjunction costs more than a single condition; 1 charges each condition once.</param>
/// <param name="Quadratic">
/// 0 keeps the fewest terms; more shares an effect among conditions that nearly go together, which orders better where many small effects add up.
/// </param>
public readonly record struct PenaltyShape(double LengthGrowth, double Quadratic);

/// <summary>Settings of training. The defaults suit a city of a few thousand children.</summary>
public sealed record TrainOptions
{
    /// <summary>How features become items.</summary>
    public ItemOptions Items { get; init; } = new();

    /// <summary>How rules are mined and verified.</summary>
    public MineOptions Mine { get; init; } = new();

    /// <summary>Household-grouped folds for choosing the penalty and for calibration.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Penalties tried, descending, as shares of the smallest penalty that gives an empty model.</summary>
    public IReadOnlyList<double> PenaltyShares { get; init; } = [0.7, 0.5, 0.36, 0.26, 0.18, 0.13, 0.093, 0.066, 0.047, 0.034, 0.024];

    /// <summary>The largest penalty is taken whose loss is at most this many standard errors above the least one.</summary>
    public double SelectionErrors { get; init; } = 1;

    /// <summary>Splits into folds over which a penalty's loss is averaged.</summary>
    public int SelectionRepeats { get; init; } = 2;

    /// <summary>Greatest number of conditions of a conjunction in the score, 1 to 3.</summary>
    public int ScoreLength { get; init; } = 3;

    /// <summary>Shapes of the penalty that are tried with each of its sizes; the one with the least loss on rows not learned from is taken.</summary>
    public IReadOnlyList<PenaltyShape> Shapes { get; init; } = [new PenaltyShape(1, 0)];

    /// <summary>Smallest number of rows of a fit in which a conjunction of the score holds.</summary>
    public int MinTermRows { get; init; } = 10;

    /// <summary>Most terms of the model, or null. Where the penalty would keep more, the terms are those of the smallest penalty that keeps no more, their weights the optimum over these.</summary>
    public int? MaxTerms { get; init; }

    /// <summary>Most verified rules offered to the model per direction, where it may use no others.</summary>
    public int MaxRulesPerDirection { get; init; } = 100;

    /// <summary>True to offer single conditions and verified rules only, not all conjunctions. Folds then test their rules as well, which costs time.</summary>
    public bool VerifiedOnly { get; init; }

    /// <summary>False leaves the significance test of the rules out: none is then verified.</summary>
    public bool VerifyRules { get; init; } = true;

    /// <summary>Whether Microsoft.ML fits the terms of a model once more to check the solver. It decides nothing, and takes long over hundreds of terms.</summary>
    public bool ChecksSolver { get; init; } = true;

    /// <summary>Household resamples for the stability of each term.</summary>
    public int Bootstraps { get; init; } = 20;

    /// <summary>Negatives used per positive when fitting; the rest are represented by weight.</summary>
    public int NegativesPerPositive { get; init; } = 10;

    /// <summary>Last snapshot dates held out for the temporal evaluation.</summary>
    public int HoldOutPeriods { get; init; } = 1;

    /// <summary>Whether the temporal evaluation is done once more without each department's features: a fit a department at the penalty of the whole model, on the same rows.</summary>
    public bool AblatesDepartments { get; init; }

    /// <summary>Share of the rows of a snapshot that staff can look into; the recall of an ablation is that of lists of this length.</summary>
    public double AblationListShare { get; init; } = 0.1;

    /// <summary>Months after the snapshot in which the label is observed; rows whose label was unknown at the hold-out are left out.</summary>
    public int LabelHorizonMonths { get; init; } = 12;

    /// <summary>List sizes at which precision and recall are reported.</summary>
    public IReadOnlyList<int> ListSizes { get; init; } = [20, 50, 100, 200];

    /// <summary>Smallest share of recorded features for a score to be shown.</summary>
    public double MinCoverage { get; init; } = 0.5;

    /// <summary>Seed of folds, samples, bootstraps and permutations.</summary>
    public ulong Seed { get; init; } = 20260401;

    /// <summary>Threads to use; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>How far training has come.</summary>
/// <param name="Stage">Stage name: items, evaluate, ablate, select, mine, fit, bootstrap, done.</param>
/// <param name="Share">Finished share of the whole, 0 to 1.</param>
public sealed record ModelProgress(string Stage, double Share);

/// <summary>Precision and recall of a list of the k highest scores.</summary>
public sealed record ListMetric(int Size, int Hits, double Precision, Interval PrecisionInterval, double Recall, Interval RecallInterval);

/// <summary>How well scores order and measure the risk in one set of rows.</summary>
/// <remarks>Nulls: NaN where the rows have one class only.</remarks>
public sealed record EvaluationResult
{
    /// <summary>Rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Rows with a positive label.</summary>
    public required int PositiveCount { get; init; }

    /// <summary>Area under the ROC curve.</summary>
    public required double Auc { get; init; }

    /// <summary>95 % interval of the AUC, DeLong with rows of one household taken together.</summary>
    public required Interval AucInterval { get; init; }

    /// <summary>Average precision.</summary>
    public required double Auprc { get; init; }

    /// <summary>Mean squared error of the probability.</summary>
    public required double Brier { get; init; }

    /// <summary>Expected calibration error over ten bins of equal size.</summary>
    public required double Ece { get; init; }

    /// <summary>Slope of the label on the log-odds; 1 is ideal.</summary>
    public required double CalibrationSlope { get; init; }

    /// <summary>Intercept of the label on the log-odds with slope 1; 0 is ideal.</summary>
    public required double CalibrationIntercept { get; init; }

    /// <summary>Lists of the highest scores.</summary>
    public IReadOnlyList<ListMetric> Lists { get; init; } = [];
}

/// <summary>Metrics of one group of rows.</summary>
public sealed record GroupMetric(string Group, EvaluationResult Result);

/// <summary>The metrics of a training run.</summary>
public sealed record TrainMetrics
{
    /// <summary>Out-of-fold result on all rows, folds by household.</summary>
    public required EvaluationResult CrossValidated { get; init; }

    /// <summary>Result on the held-out last snapshots by a model of the earlier ones; null when there are too few snapshots.</summary>
    public EvaluationResult? Temporal { get; init; }

    /// <summary>First held-out snapshot, 0 when there is none.</summary>
    public int TemporalFrom { get; init; }
}

/// <summary>A trained model, its rules and how well it does.</summary>
public sealed record TrainedModel
{
    /// <summary>The model to store and apply.</summary>
    public required ModelDocument Document { get; init; }

    /// <summary>All items of the table. Mined rules refer to these; the document keeps and renumbers the ones its terms use.</summary>
    public required ItemSet Items { get; init; }

    /// <summary>All rules mined, in the model or not.</summary>
    public required MineResult Mined { get; init; }

    /// <summary>Its metrics.</summary>
    public required TrainMetrics Metrics { get; init; }

    /// <summary>Calibrated out-of-fold probability per training row, for group metrics.</summary>
    public required double[] OutOfFoldProbability { get; init; }

    /// <summary>Calibrated probability per training row by the model of the temporal evaluation, NaN for rows before the hold-out; null where there was none.</summary>
    public double[]? TemporalProbability { get; init; }

    /// <summary>What the temporal evaluation loses without each department, the greatest loss of area first; empty where that was not asked for.</summary>
    public IReadOnlyList<Ablation> Ablations { get; init; } = [];

    /// <summary>The penalty chosen, as a share of the smallest one that gives an empty model.</summary>
    public required double PenaltyShare { get; init; }

    /// <summary>The shape of the penalty chosen, of <see cref="TrainOptions.Shapes"/>.</summary>
    public required PenaltyShape Shape { get; init; }

    /// <summary>Whether the terms of a model that is limited in number are chosen by exchanges, rather than by a larger penalty; decided on rows not learned from.</summary>
    public bool ExchangesTerms { get; init; }

    /// <summary>What a person should know: columns dropped, fallbacks taken.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
