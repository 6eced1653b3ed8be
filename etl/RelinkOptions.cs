using Warehouse.Etl.Link;

namespace Warehouse.Etl;

/// <summary>How links are decided again.</summary>
public sealed record RelinkOptions
{
    /// <summary>The method of linkage; null takes the engine with the models of the identity database.</summary>
    public ILinker? Linker { get; init; }

    /// <summary>Whether the engine trains a new model for each system that has enough records; those before stay in the identity database.</summary>
    public bool Trains { get; init; }

    /// <summary>Whether the program decides its own links again; off, only what changed in the crosswalk since it was last handed over is taken along, such as decisions of staff.</summary>
    public bool DecideAgain { get; init; } = true;

    /// <summary>The most children that are derived at the same time; never changes the result.</summary>
    public int MaxParallel { get; init; } = Environment.ProcessorCount;

    /// <summary>Is called with the name of each point at which the process may die; tests throw there.</summary>
    internal Action<string>? CrashPoint { get; init; }
}

/// <summary>Records whose decision went from one rule to another.</summary>
/// <param name="FromRule">The rule of the link that was ended, such as <c>NEW</c>.</param>
/// <param name="ToRule">The rule of the link that stands now.</param>
/// <param name="RecordCount">Records moved.</param>
public sealed record LinkMove(string FromRule, string ToRule, long RecordCount);

/// <summary>What deciding again did.</summary>
/// <param name="LinkRunId">The run in <c>meta.link_run</c>.</param>
/// <param name="LinkerVersion">The linker that decided.</param>
/// <param name="ReviewedCount">Records that were decided again.</param>
/// <param name="MovedCount">Records that belong to another person now.</param>
/// <param name="ConfirmedCount">Records whose link was found again.</param>
/// <param name="WithoutMatchCount">Records that had no match and still have none.</param>
/// <param name="KeptCount">Records whose link is no longer found, by a changed name or a tie; it stands until a person decides.</param>
/// <param name="HandedOverCount">Records whose links the warehouse did not have as the identity database has them: those moved here and those decided by staff.</param>
/// <param name="Moves">Moved records by rule.</param>
/// <param name="StageSeconds">Seconds by stage.</param>
/// <param name="Seconds">Seconds in all.</param>
public sealed record LinkSummary(
    long LinkRunId,
    string LinkerVersion,
    long ReviewedCount,
    long MovedCount,
    long ConfirmedCount,
    long WithoutMatchCount,
    long KeptCount,
    long HandedOverCount,
    IReadOnlyList<LinkMove> Moves,
    IReadOnlyDictionary<string, double> StageSeconds,
    double Seconds);
