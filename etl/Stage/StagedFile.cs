using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;

namespace Warehouse.Etl.Stage;

/// <summary>A file of the inbox with its manifest, in the order of the batch.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Sha256">The hash of the content that was found.</param>
/// <param name="Manifest">What the sender states.</param>
/// <param name="Contract">The contract of the feed.</param>
internal sealed record InboxFile(string Path, string Sha256, FeedManifest Manifest, FeedContract Contract)
{
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>A quarantined row: where it is, what broke and its original bytes.</summary>
internal sealed record RejectedRow(int Line, IReadOnlyList<(string Column, string Rule)> Faults, byte[] Raw);

/// <summary>A value that was repaired.</summary>
internal sealed record RepairedValue(int Line, string Column, string Rule);

/// <summary>A facility and month that a file states anew.</summary>
internal readonly record struct FileScope(string FacilityCode, int MonthKey, bool HasPresent);

/// <summary>A record of which a file states the number and nothing else; many millions of rows may be about few of them.</summary>
internal readonly record struct BareRecord(long RecordKey, string SourceId, int Line);

/// <summary>What became of one file besides its blocks: identity parts, traits, scopes and counts.</summary>
internal sealed class StagedFile
{
    public required InboxFile File { get; init; }

    public required List<object?[]> Traits { get; init; }

    public required List<IdentityRecord> Identities { get; init; }

    /// <summary>Each once, in the order of their first lines.</summary>
    public required List<BareRecord> Bare { get; init; }

    public required List<FileScope> Scopes { get; init; }

    public required long ReadCount { get; init; }

    /// <summary>Rows that were not rejected.</summary>
    public required long RowCount { get; init; }

    /// <summary>The bytes of the header row: the sender's own column order.</summary>
    public required byte[] Header { get; init; }

    public required long RejectCount { get; init; }

    public required long RepairCount { get; init; }

    /// <summary>Rows marked as replaced by a later row of the file.</summary>
    public required long SupersededCount { get; init; }

    /// <summary>What is still to be marked in the stage; null for nothing.</summary>
    public required RepeatedKeys? Repeated { get; init; }

    public double RejectShare => ReadCount == 0 ? 0 : (double)RejectCount / ReadCount;
}
