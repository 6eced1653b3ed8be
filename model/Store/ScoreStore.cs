using Warehouse.Model.Features;
using Warehouse.Sql;

namespace Warehouse.Model.Store;

/// <summary>The score of one child; a row of <c>fact.risk_score</c>. Log-odds and probability are null where withheld.</summary>
public sealed record ScoreRow(
    long ChildKey, double? LogOdds, double? Probability, string BandCode, int? ListRank, string WithheldCode, int SourceCount)
{
    /// <summary>Children of the training data with a similar score.</summary>
    public long? SimilarCount { get; init; }

    /// <summary>Those that came to need support.</summary>
    public long? SimilarPositiveCount { get; init; }
}

/// <summary>One reason of one score; a row of <c>fact.score_reason</c>.</summary>
public sealed record ReasonRow(long ChildKey, string SideCode, int ReasonRank, long RuleKey, int FeatureKey, double Weight)
{
    /// <summary>Number that overlapping reasons share, whatever their side; null for what is unknown.</summary>
    public int? GroupRank { get; init; }
}

/// <summary>All scores and reasons of one scoring, by child.</summary>
public sealed record Scoring(long ModelRunId, Snapshot Snapshot, IReadOnlyList<ScoreRow> Scores, IReadOnlyList<ReasonRow> Reasons);

/// <summary>Keeps scores and their reasons.</summary>
public static class ScoreStore
{
    private static readonly string[] ScoreColumns =
    [
        "model_run_id", "child_key", "snapshot_date", "as_known_utc", "scored_utc", "log_odds", "probability", "band_code", "list_rank",
        "is_withheld", "withheld_code", "source_count", "similar_count", "similar_positive_count",
    ];

    private static readonly string[] ReasonColumns =
        ["model_run_id", "child_key", "snapshot_date", "as_known_utc", "side_code", "reason_rank", "rule_key", "feature_key", "weight", "group_rank"];

    /// <summary>Writes a scoring in place of one of the same model, snapshot and state of knowledge; within the caller's transaction.</summary>
    public static void Write(WarehouseSession session, Scoring scoring, DateTime nowUtc, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(scoring);
        session.Execute("load/model_score_delete", Key(scoring.ModelRunId, scoring.Snapshot));
        DateOnly date = scoring.Snapshot.Date;
        DateTime known = scoring.Snapshot.AsKnownUtc;
        session.BulkInsert(
            "fact.risk_score",
            ScoreColumns,
            scoring.Scores.Select(s => new object?[]
            {
                scoring.ModelRunId, s.ChildKey, date, known, nowUtc, s.LogOdds, s.Probability, s.BandCode, s.ListRank,
                (short)(s.WithheldCode.Length > 0 ? 1 : 0), s.WithheldCode, (short)s.SourceCount, s.SimilarCount, s.SimilarPositiveCount,
            }),
            cancellationToken);
        session.BulkInsert(
            "fact.score_reason",
            ReasonColumns,
            scoring.Reasons.Select(r => new object?[]
            {
                scoring.ModelRunId, r.ChildKey, date, known, r.SideCode, r.ReasonRank, r.RuleKey, r.FeatureKey, r.Weight, r.GroupRank,
            }),
            cancellationToken);
    }

    /// <summary>Returns a scoring as written; empty when there is none.</summary>
    public static Scoring Read(WarehouseSession session, long modelRunId, Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(session);
        object key = Key(modelRunId, snapshot);
        return new Scoring(
            modelRunId,
            snapshot,
            session.Query<ScoreRow>("query/model_score", key),
            session.Query<ReasonRow>("query/model_reason", key));
    }

    private static object Key(long modelRunId, Snapshot snapshot) =>
        new { ModelRunId = modelRunId, SnapshotDate = snapshot.Date, snapshot.AsKnownUtc };
}
