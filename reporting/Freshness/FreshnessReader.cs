using Warehouse.Sql;

namespace Warehouse.Reporting.Freshness;

/// <summary>Reads what came and whom it covers.</summary>
public static class FreshnessReader
{
    /// <summary>Returns the report of a day.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="terms">What was agreed about each source.</param>
    /// <param name="asOf">The day on which files are judged.</param>
    /// <param name="losses">What scores would lose, or null where there is no scoring.</param>
    public static FreshnessReport Read(WarehouseDatabases databases, IReadOnlyList<SourceTerms> terms, DateOnly asOf, ScoreLosses? losses)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(terms);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        IReadOnlyList<Delivery> deliveries = session.Query<Delivery>("query/freshness_delivery");
        DateTime known = asOf.AddDays(1).ToDateTime(TimeOnly.MinValue).AddHours(-9);
        int month = session.QuerySingle<int>("query/statistics_month", new { month_key = (asOf.Year * 100) + asOf.Month, as_known_utc = known });
        var at = new { month_key = month, as_known_utc = known };
        List<SourceCountLine> bySource = month == 0 ? [] : [.. session.Query<SourceCountLine>("query/freshness_children", at)];
        Dictionary<string, long> covered = month == 0 ? [] : session.Query<CoverageRow>("query/statistics_coverage", at).ToDictionary(row => row.RowCode, row => row.CellCount, StringComparer.Ordinal);
        return new FreshnessReport(
            asOf,
            month == 0 ? null : new DateOnly(month / 100, month % 100, 1),
            bySource.Sum(line => line.ChildCount),
            bySource,
            losses?.SnapshotDate,
            losses?.ListedCount ?? 0,
            [.. terms.OrderBy(one => one.Department, StringComparer.Ordinal).ThenBy(one => one.Feed, StringComparer.Ordinal).Select(one => DeliveryJudge.Judge(one, deliveries, asOf) with
            {
                ChildCount = covered.TryGetValue(one.Feed, out long count) ? count : null,
                Loss = losses?.ByFeed.GetValueOrDefault(one.Feed),
            })]);
    }

    /// <summary>Returns the day of the last receipt in Japan, or null where no file was taken in.</summary>
    public static DateOnly? LastReceipt(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.QuerySingle<DataDate>("query/report_data_date").KnownFromUtc is { } known ? DateOnly.FromDateTime(known.AddHours(9)) : null;
    }

    /// <summary>Returns the last scoring of the current model, or null.</summary>
    public static (long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc)? LastScoring(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Query<ScoringRow>("query/freshness_score").FirstOrDefault() is { } row ? (row.ModelRunId, row.SnapshotDate, row.AsKnownUtc) : null;
    }

    private sealed record CoverageRow(string RowCode, long CellCount);

    private sealed record DataDate(DateOnly? PeriodTo, DateTime? KnownFromUtc, long FileCount);

    private sealed record ScoringRow(long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc);
}
