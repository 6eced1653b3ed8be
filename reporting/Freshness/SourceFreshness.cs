namespace Warehouse.Reporting.Freshness;

/// <summary>How fresh a source is.</summary>
public enum FreshnessState
{
    /// <summary>All that is due is there.</summary>
    Current,

    /// <summary>The last file is due, and its days of grace are not over.</summary>
    Waiting,

    /// <summary>The last file is there, but an earlier one never came.</summary>
    Gap,

    /// <summary>The last file that is due is missing.</summary>
    Overdue,

    /// <summary>No file ever came.</summary>
    Never,

    /// <summary>No file ever came, and none is required.</summary>
    NotUsed,
}

/// <summary>A file that came after its days of grace.</summary>
/// <param name="Period">The first day of the period.</param>
/// <param name="Due">The day by which it was due.</param>
/// <param name="Received">The day on which it came.</param>
public sealed record LateDelivery(DateOnly Period, DateOnly Due, DateOnly Received)
{
    /// <summary>Days after the day by which it was due.</summary>
    public int Days => Received.DayNumber - Due.DayNumber;
}

/// <summary>What came of one source, what is late and what is missing.</summary>
public sealed record SourceFreshness
{
    /// <summary>What was agreed.</summary>
    public required SourceTerms Terms { get; init; }

    /// <summary>The state on the day of the report.</summary>
    public required FreshnessState State { get; init; }

    /// <summary>The last day that a published file covers.</summary>
    public DateOnly? LastPeriodTo { get; init; }

    /// <summary>The day on which the last published file came.</summary>
    public DateOnly? LastReceived { get; init; }

    /// <summary>The day by which the next file is due.</summary>
    public DateOnly? NextDue { get; init; }

    /// <summary>The first days of periods without a file though their days of grace are over, oldest first.</summary>
    public IReadOnlyList<DateOnly> Missing { get; init; } = [];

    /// <summary>Files that came late, oldest first.</summary>
    public IReadOnlyList<LateDelivery> Late { get; init; } = [];

    /// <summary>Files that came and could not be taken in.</summary>
    public int RefusedCount { get; init; }

    /// <summary>Resident children with at least one record of this source; null where the source is not counted by child.</summary>
    public long? ChildCount { get; init; }

    /// <summary>What scores would lose without it, or null where it gives no feature or there is no model.</summary>
    public ScoreLoss? Loss { get; init; }
}

/// <summary>What scores would lose without one source.</summary>
/// <param name="FeatureCount">Features that come from it.</param>
/// <param name="UsedCount">Those that the current model tests.</param>
/// <param name="RestingCount">Listed children with a reason that tests one of them.</param>
/// <param name="BandChangedCount">Listed children whose band would change.</param>
/// <param name="WithheldCount">Listed children who could no longer be scored.</param>
public sealed record ScoreLoss(int FeatureCount, int UsedCount, int RestingCount, int BandChangedCount, int WithheldCount);
