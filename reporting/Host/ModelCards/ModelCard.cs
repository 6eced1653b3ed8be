using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.ModelCards;

/// <summary>All that is on record about one model run, for its card and its register entry. No child can be told from it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Document">Its model.</param>
/// <param name="Marks">Its pass marks.</param>
/// <param name="Metrics">Its metrics.</param>
/// <param name="Drift">Drift at its last scoring; empty when it has not scored.</param>
/// <param name="Outcomes">Months after its scorings.</param>
public sealed record ModelCard(
    ModelRunRow Run, ModelDocument Document, IReadOnlyList<MarkRow> Marks, IReadOnlyList<MetricLine> Metrics, IReadOnlyList<DriftRow> Drift, IReadOnlyList<OutcomeRow> Outcomes)
{
    /// <summary>What held-out figures lose without each department; empty where the run did not measure it.</summary>
    public IReadOnlyList<AblationRow> Ablations { get; init; } = [];

    /// <summary>True where the figures quoted are of held-out time, not out of fold.</summary>
    public bool IsTemporal => Metrics.Any(metric => metric.MetricCode == "temporal_auc");

    /// <summary>The last scoring, or null.</summary>
    public DateOnly? LastScored => Drift.Count == 0 ? null : Drift[0].SnapshotDate;

    /// <summary>Features of the catalogue that the run did not read.</summary>
    public IReadOnlyList<FeatureEntry> LeftOut => [.. FeatureCatalogue.Default.Entries.Where(entry => Document.Features.All(feature => feature.Name != entry.Name))];

    /// <summary>Reads the card of a run; null means the one in use.</summary>
    /// <remarks>Errors: <see cref="ModelException"/> when there is no such run, or its document cannot be read.</remarks>
    public static ModelCard Read(WarehouseDatabases databases, long? modelRunId)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        StoredModel model = modelRunId is { } number ? ModelStore.Find(session, number) : ModelStore.Current(session);
        IReadOnlyList<DriftRow> drift = GovernStore.Drift(session, model.ModelRunId);
        return new ModelCard(
            GovernStore.Runs(session).First(run => run.ModelRunId == model.ModelRunId),
            model.Document,
            GovernStore.Marks(session, model.ModelRunId),
            GovernStore.Metrics(session, model.ModelRunId),
            [.. drift.Where(row => row.SnapshotDate == drift[^1].SnapshotDate && row.AsKnownUtc == drift[^1].AsKnownUtc)],
            GovernStore.Outcomes(session, model.ModelRunId))
        {
            Ablations = GovernStore.Ablations(session, model.ModelRunId),
        };
    }

    /// <summary>Returns a metric of the whole, as quoted: of held-out time where there is one. Null where it was not measured.</summary>
    public MetricLine? Quoted(string code) => Metrics.FirstOrDefault(metric => metric.GroupCode == "all" && metric.MetricCode == (IsTemporal ? "temporal_" : "cv_") + code);
}
