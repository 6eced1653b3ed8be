using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Sql;

namespace Warehouse.Model.Store;

/// <summary>One model run; a row of <c>meta.model_run</c>. The verdict is null in runs from before marks were set.</summary>
public sealed record ModelRunRow(
    long ModelRunId, string StatusCode, short IsCurrent, string? VerdictCode, DateTime StartedUtc, DateTime? FinishedUtc, DateTime AsKnownUtc, long Seed, long RowCount, long PositiveCount,
    int RuleCount, int VerifiedCount, double? Auc, double? AucLow, double? AucHigh, string FeatureSha256, string DataSha256, string ModelSha256, string? ErrorText);

/// <summary>One pass mark as stored; a row of <c>meta.model_mark</c>.</summary>
public sealed record MarkRow(string MarkCode, string DirectionCode, double RequiredValue, DateTime SetUtc, double? MeasuredValue, string StatusCode, string? DetailText);

/// <summary>One feature at one scoring; a row of <c>meta.model_drift</c>.</summary>
public sealed record DriftRow(
    DateOnly SnapshotDate, DateTime AsKnownUtc, string FeatureName, double PsiValue, double NoiseValue, double MissingShareBefore, double MissingShareNow, long RowCount, string StatusCode);

/// <summary>One month after scorings; a row of <c>meta.model_outcome</c>.</summary>
public sealed record OutcomeRow(int MonthKey, long ChildCount, double ExpectedCount, long ObservedCount, double HighSum, double LowSum, double HighLimit, double LowLimit);

/// <summary>One figure of the held-out time without one department; a row of <c>meta.model_ablation</c>.</summary>
public sealed record AblationRow(
    string Department, string MetricCode, int FeatureCount, int TermCount, double WholeValue, double WithoutValue, double? LowValue, double? HighValue, long RowCount, long PositiveCount);

/// <summary>Keeps what is watched about models while they are used.</summary>
public static class GovernStore
{
    private static readonly string[] DriftColumns =
    [
        "model_run_id", "snapshot_date", "as_known_utc", "feature_name", "psi_value", "noise_value", "missing_share_before", "missing_share_now", "row_count", "status_code",
    ];

    private static readonly string[] OutcomeColumns =
        ["model_run_id", "month_key", "child_count", "expected_count", "observed_count", "high_sum", "low_sum", "high_limit", "low_limit"];

    /// <summary>Returns all model runs, the newest first.</summary>
    public static IReadOnlyList<ModelRunRow> Runs(WarehouseSession session) => Of(session).Query<ModelRunRow>("query/model_run");

    /// <summary>Returns the marks of a run.</summary>
    public static IReadOnlyList<MarkRow> Marks(WarehouseSession session, long modelRunId) => Of(session).Query<MarkRow>("query/model_mark", new { ModelRunId = modelRunId });

    /// <summary>Returns the metrics of a run.</summary>
    public static IReadOnlyList<MetricLine> Metrics(WarehouseSession session, long modelRunId) => Of(session).Query<MetricLine>("query/model_metric", new { ModelRunId = modelRunId });

    /// <summary>Returns what the held-out figures of a run lose without each department; empty where that was not measured.</summary>
    public static IReadOnlyList<AblationRow> Ablations(WarehouseSession session, long modelRunId) => Of(session).Query<AblationRow>("query/model_ablation", new { ModelRunId = modelRunId });

    /// <summary>Returns the drift at all scorings of a run.</summary>
    public static IReadOnlyList<DriftRow> Drift(WarehouseSession session, long modelRunId) => Of(session).Query<DriftRow>("query/model_drift", new { ModelRunId = modelRunId });

    /// <summary>Returns the months after scorings of a run.</summary>
    public static IReadOnlyList<OutcomeRow> Outcomes(WarehouseSession session, long modelRunId) => Of(session).Query<OutcomeRow>("query/model_outcome", new { ModelRunId = modelRunId });

    /// <summary>Returns what the features of a run looked like in training, and the children behind its rows; empty for runs from before that was kept.</summary>
    internal static (IReadOnlyList<ReferenceBin> Bins, long ChildCount) Reference(WarehouseSession session, long modelRunId)
    {
        IReadOnlyList<BinRow> rows = session.Query<BinRow>("query/model_reference", new { ModelRunId = modelRunId });
        return ([.. rows.Select(row => new ReferenceBin(row.FeatureName, row.BinNumber, row.UpperValue, row.CategoryText, row.RowCount))], rows.Count == 0 ? 0 : rows[0].ChildCount);
    }

    /// <summary>Writes the drift at a scoring in place of what stands there; within the caller's transaction.</summary>
    internal static void WriteDrift(WarehouseSession session, long modelRunId, Snapshot snapshot, IReadOnlyList<FeatureDrift> drift, CancellationToken cancellationToken)
    {
        session.Execute("load/model_drift_delete", new { ModelRunId = modelRunId, SnapshotDate = snapshot.Date, snapshot.AsKnownUtc });
        session.BulkInsert(
            "meta.model_drift",
            DriftColumns,
            drift.Select(d => new object?[] { modelRunId, snapshot.Date, snapshot.AsKnownUtc, d.Feature, d.Psi, d.Noise, d.MissingBefore, d.MissingNow, (long)d.Rows, d.Status }),
            cancellationToken);
    }

    /// <summary>Writes the months after scorings in place of what stands there; within the caller's transaction.</summary>
    internal static void WriteOutcomes(WarehouseSession session, long modelRunId, IReadOnlyList<OutcomePoint> points, CancellationToken cancellationToken)
    {
        session.Execute("load/model_outcome_delete", new { ModelRunId = modelRunId });
        session.BulkInsert(
            "meta.model_outcome",
            OutcomeColumns,
            points.Select(p => new object?[] { modelRunId, p.Month.MonthKey, (long)p.Month.Children, p.Month.Expected, (long)p.Month.Observed, p.High, p.Low, p.HighLimit, p.LowLimit }),
            cancellationToken);
    }

    private static WarehouseSession Of(WarehouseSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session;
    }

    private sealed record BinRow(string FeatureName, int BinNumber, double? UpperValue, string? CategoryText, long RowCount, long ChildCount);
}

/// <summary>One metric as stored; a row of <c>meta.model_metric</c>.</summary>
public sealed record MetricLine(string MetricCode, string GroupCode, double MetricValue, double? LowValue, double? HighValue, long RowCount, long PositiveCount);
