using Warehouse.Etl.Corrections;
using Warehouse.Etl.Link;

namespace Warehouse.Etl;

/// <summary>What to load and how.</summary>
public sealed record LoadOptions
{
    /// <summary>The folder with files, manifests and <c>reference/</c>; one batch.</summary>
    public required string Inbox { get; init; }

    /// <summary>The installation's secret, at least 16 bytes; all keys are minted with it.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Takes the time of extraction as the time of knowledge: for the declared first filling of a warehouse only.</summary>
    public bool Backfill { get; init; }

    /// <summary>The most files that are read at the same time; never changes the result.</summary>
    public int MaxParallel { get; init; } = Environment.ProcessorCount;

    /// <summary>The folder of approved mappings; null where every file has the layout of its contract.</summary>
    public string? Mappings { get; init; }

    /// <summary>The method of linkage; null takes the engine with the models of the identity database.</summary>
    public ILinker? Linker { get; init; }

    /// <summary>The rows of a file that are held in memory at a time; never changes the result.</summary>
    public int BlockRows { get; init; } = 32_768;

    /// <summary>Whether the engine trains new models first; see <see cref="RelinkOptions.Trains"/>.</summary>
    internal bool TrainsLinkage { get; init; }

    /// <summary>Rows of correction reports by the hash of the file that brings them in; null for none.</summary>
    internal IReadOnlyDictionary<string, CorrectionPart>? Corrections { get; init; }

    /// <summary>Is called with the name of each point at which the process may die; tests throw there.</summary>
    internal Action<string>? CrashPoint { get; init; }
}

/// <summary>How far a load is.</summary>
/// <param name="Stage">The stage, such as <c>stage</c> or <c>link</c>.</param>
/// <param name="Feed">The feed at hand; empty where a stage concerns all.</param>
/// <param name="Done">Files or steps done.</param>
/// <param name="Total">Files or steps in all.</param>
public sealed record LoadProgress(string Stage, string Feed, int Done, int Total);

/// <summary>What became of one file.</summary>
public sealed record LoadedFile(
    string Feed,
    string FileName,
    string Status,
    long Read,
    long Staged,
    long Rejected,
    long Superseded,
    long Repaired,
    string? ErrorCode,
    string? ErrorText);

/// <summary>What became of a batch.</summary>
/// <param name="Files">One entry for each file: <c>succeeded</c>, <c>failed</c> or <c>known</c> (the same content was loaded before).</param>
/// <param name="RejectReasons">Rows by rule code.</param>
/// <param name="RepairReasons">Values by repair code.</param>
/// <param name="LinkedByRule">Records by the rule that gave them their person.</param>
/// <param name="NewRecords">Source records seen for the first time.</param>
/// <param name="NewPersons">Persons minted.</param>
/// <param name="StageSeconds">Seconds by stage.</param>
/// <param name="Seconds">Seconds in all.</param>
public sealed record LoadSummary(
    IReadOnlyList<LoadedFile> Files,
    IReadOnlyDictionary<string, long> RejectReasons,
    IReadOnlyDictionary<string, long> RepairReasons,
    IReadOnlyDictionary<string, int> LinkedByRule,
    int NewRecords,
    int NewPersons,
    IReadOnlyDictionary<string, double> StageSeconds,
    double Seconds)
{
    /// <summary>Counts by feed, sorted by feed.</summary>
    public IReadOnlyList<(string Feed, int Files, long Read, long Staged, long Rejected, long Superseded, long Repaired)> Feeds => Files
        .GroupBy(file => file.Feed)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => (group.Key, group.Count(), group.Sum(f => f.Read), group.Sum(f => f.Staged), group.Sum(f => f.Rejected), group.Sum(f => f.Superseded), group.Sum(f => f.Repaired)))
        .ToList();

    /// <summary>0 done, 1 a file could not be taken in, 3 a file had rejects above its limit.</summary>
    public int ExitCode => Files.Any(file => file.ErrorCode == LoadPipeline.RejectLimitCode) ? 3
        : Files.Any(file => file.Status == "failed") ? 1 : 0;
}
