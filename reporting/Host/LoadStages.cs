using Warehouse.Reporting.Host.Commands;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>The stages that take files in.</summary>
internal static partial class Stages
{
    internal static Task<(LoadFigures Result, double Seconds)> Load(CommandContext context, WarehouseDatabases databases, string inbox, byte[] secret, bool backfill) =>
        throw new WarehouseException("This build has no load pipeline.");

    private static void LoadChecks(WarehouseDatabases databases, List<CheckLine> lines)
    {
    }

    /// <summary>Returns figures of all loads so far.</summary>
    internal static LoadFigures Figures(WarehouseDatabases databases, DateTime now)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return new LoadFigures(
            session.Query<FeedFigures>("query/report_loads"),
            session.Query<RejectFigures>("query/report_rejects"),
            session.QuerySingle<LinkFigures>("query/report_linked", new { as_known_utc = now }));
    }
}

/// <summary>Rows of one feed in all its files.</summary>
internal sealed record FeedFigures(
    string Feed, long FileCount, long ReadCount, long StagedCount, long RejectedCount, long SupersededCount, long RepairedCount, long FailedCount);

/// <summary>Quarantined rows of one feed by rule.</summary>
internal sealed record RejectFigures(string Feed, string RuleCode, long RowCount);

/// <summary>Source records and the persons they belong to.</summary>
internal sealed record LinkFigures(long RecordCount, long LinkedCount, long PersonCount);

/// <summary>What is in the warehouse after loading.</summary>
internal sealed record LoadFigures(IReadOnlyList<FeedFigures> Feeds, IReadOnlyList<RejectFigures> Rejects, LinkFigures Linked)
{
    /// <summary>Feeds with a file that was not published.</summary>
    public bool HasFailedFeed => Feeds.Any(feed => feed.FailedCount > 0);
}
