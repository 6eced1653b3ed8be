using Warehouse.Etl.Extract;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Reporting.Freshness;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>Brings together what contracts say, what came, and what the model would lose.</summary>
internal sealed class FreshnessStage(CommandContext context, WarehouseDatabases databases)
{
    private readonly Lock _gate = new();
    private (long, DateOnly, DateTime)? _measured;
    private ScoreLosses? _losses;

    /// <summary>Returns the report of a day; null means today, and for a demo, whose data ends in the past, the day of its last file.</summary>
    internal FreshnessReport Read(DateOnly? asOf)
    {
        DateOnly day = asOf
            ?? (DemoMark.Read(context.Output) is null ? null : FreshnessReader.LastReceipt(databases))
            ?? Snapshot.DateInJapan(context.Time.GetUtcNow().UtcDateTime);
        return FreshnessReader.Read(databases, Terms(), day, Losses());
    }

    /// <summary>Returns what the contracts of this release say.</summary>
    internal static IReadOnlyList<SourceTerms> Terms() => [.. FeedCatalog.Default.Contracts.Select(contract => new SourceTerms(
        contract.Feed, contract.System, contract.Title, contract.Department,
        contract.Delivery.PeriodMonths, contract.Delivery.ExpectedDay, contract.Delivery.GraceDays, contract.Delivery.IsRequired))];

    // Measured once a scoring: it scores all children again without each source in turn.
    private ScoreLosses? Losses()
    {
        lock (_gate)
        {
            (long, DateOnly, DateTime)? last = FreshnessReader.LastScoring(databases);
            if (last != _measured)
            {
                _losses = null;
                if (last is { } scoring)
                {
                    SourceLosses measured = SourceLosses.Measure(databases, Stages.ModelOptions(context), scoring.Item2, scoring.Item3, context.Stop);
                    _losses = new ScoreLosses(measured.SnapshotDate, measured.ListedCount, measured.Sources.ToDictionary(
                        source => source.Feed,
                        source => new ScoreLoss(source.FeatureCount, source.UsedCount, source.RestingCount, source.BandChangedCount, source.WithheldCount),
                        StringComparer.Ordinal));
                }

                _measured = last;
            }

            return _losses;
        }
    }
}
