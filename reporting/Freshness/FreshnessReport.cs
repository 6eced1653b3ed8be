namespace Warehouse.Reporting.Freshness;

/// <summary>Children by how many sources know them.</summary>
public sealed record SourceCountLine(int SourceCount, long ChildCount);

/// <summary>What scores would lose, by feed, at one scoring.</summary>
/// <param name="SnapshotDate">The day that the scores describe.</param>
/// <param name="ListedCount">Children with a band.</param>
/// <param name="ByFeed">The losses.</param>
public sealed record ScoreLosses(DateOnly SnapshotDate, int ListedCount, IReadOnlyDictionary<string, ScoreLoss> ByFeed);

/// <summary>Freshness and coverage of all sources.</summary>
/// <param name="AsOf">The day on which files are judged.</param>
/// <param name="Month">The month in which children are counted, or null.</param>
/// <param name="ChildCount">Resident children of that month.</param>
/// <param name="BySourceCount">Those children by how many sources know them.</param>
/// <param name="ScoreDate">The day that the scores describe, or null where there are none.</param>
/// <param name="ListedCount">Children with a band.</param>
/// <param name="Sources">One entry a source, by department.</param>
public sealed record FreshnessReport(
    DateOnly AsOf, DateOnly? Month, long ChildCount, IReadOnlyList<SourceCountLine> BySourceCount, DateOnly? ScoreDate, int ListedCount, IReadOnlyList<SourceFreshness> Sources)
{
    /// <summary>Returns the report with the sources of one department only, as its role may see it.</summary>
    /// <param name="system">The source system that the role names.</param>
    public FreshnessReport OnlyOf(string system) => this with
    {
        BySourceCount = [],
        Sources = Sources.Where(source => source.Terms.System == system || source.Terms.Feed == system).ToList(),
    };
}
