using Warehouse.Model.Govern;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;

namespace Warehouse.Model;

/// <summary>What a training run did, in figures.</summary>
public sealed record ModelSummary
{
    /// <summary>Number of the run.</summary>
    public required long ModelRunId { get; init; }

    /// <summary>Snapshots used.</summary>
    public required IReadOnlyList<DateOnly> Snapshots { get; init; }

    /// <summary>Rows: children at snapshots.</summary>
    public required int RowCount { get; init; }

    /// <summary>Rows with a positive label.</summary>
    public required int PositiveCount { get; init; }

    /// <summary>Rows left out: open or earlier case, or left the city within the horizon.</summary>
    public required int ExcludedCount { get; init; }

    /// <summary>Features used.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>Conditions on those.</summary>
    public required int ItemCount { get; init; }

    /// <summary>Rules that passed the family-wise test.</summary>
    public required int VerifiedCount { get; init; }

    /// <summary>Rules that did not.</summary>
    public required int CandidateCount { get; init; }

    /// <summary>Terms with a weight.</summary>
    public required int KeptCount { get; init; }

    /// <summary>Result on the held-out last year; null where the data is too short.</summary>
    public required EvaluationResult? Temporal { get; init; }

    /// <summary>Result by household folds over all rows.</summary>
    public required EvaluationResult CrossValidated { get; init; }

    /// <summary>The result to quote: held-out time where there is one.</summary>
    public EvaluationResult Quoted => Temporal ?? CrossValidated;

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What the held-out figures lose without each department; empty where that was not asked for.</summary>
    public IReadOnlyList<Ablation> Ablations { get; init; } = [];

    /// <summary>What the model had to reach, and what it reached.</summary>
    public required IReadOnlyList<PassMark> Marks { get; init; }

    /// <summary>True where no mark failed: the model is now in use. Otherwise the one before stays in use.</summary>
    public bool IsAccepted => Marks.All(mark => mark.Status != "failed");

    /// <summary>SHA-256 of the model document.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Seconds to read features and labels.</summary>
    public required double FeatureSeconds { get; init; }

    /// <summary>Seconds to mine and train.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Seconds in all.</summary>
    public required double Seconds { get; init; }
}

/// <summary>What a scoring did, in figures.</summary>
public sealed record ScoreSummary
{
    /// <summary>Model that scored.</summary>
    public required long ModelRunId { get; init; }

    /// <summary>Date described.</summary>
    public required DateOnly SnapshotDate { get; init; }

    /// <summary>State of knowledge.</summary>
    public required DateTime AsKnownUtc { get; init; }

    /// <summary>Children living in the city.</summary>
    public required int ChildCount { get; init; }

    /// <summary>Children with a score.</summary>
    public required int ShownCount { get; init; }

    /// <summary>Withheld: too few sources.</summary>
    public required int ThinFileCount { get; init; }

    /// <summary>Withheld: a case is open, or support was decided before.</summary>
    public required int CaseCount { get; init; }

    /// <summary>Children in band A, B and C.</summary>
    public required (int A, int B, int C) Bands { get; init; }

    /// <summary>Reasons written.</summary>
    public required int ReasonCount { get; init; }

    /// <summary>Features, or the score, that are another than in training, the farthest first.</summary>
    public required IReadOnlyList<FeatureDrift> Drifted { get; init; }

    /// <summary>What a person should know, such as that the current model could not be read and an earlier one scored.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Seconds in all.</summary>
    public required double Seconds { get; init; }
}

/// <summary>How a scoring computed again compares with the one written.</summary>
/// <param name="StoredCount">Children in the scoring as written.</param>
/// <param name="RecomputedCount">Children in the scoring as computed now.</param>
/// <param name="DifferentChildren">Children whose score, band, rank or reasons differ in any bit, or that only one of the two has.</param>
public sealed record RecomputeResult(int StoredCount, int RecomputedCount, IReadOnlyList<long> DifferentChildren)
{
    /// <summary>True when there is a stored scoring and it is the same bit by bit.</summary>
    public bool IsEqual => StoredCount > 0 && StoredCount == RecomputedCount && DifferentChildren.Count == 0;
}

/// <summary>A metric of a model run with its interval; a row of <c>meta.model_metric</c>.</summary>
public sealed record MetricRow(string Code, string Group, double Value, Interval? Interval, long RowCount, long PositiveCount);
