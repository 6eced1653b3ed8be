namespace Warehouse.Reporting.Statistics;

/// <summary>Where a release stands on its way.</summary>
public enum ReleaseState
{
    /// <summary>Made before steps were kept: it counts as public, and nothing can be done with it.</summary>
    Registered,

    /// <summary>Counted and protected; nobody has checked it.</summary>
    Draft,

    /// <summary>Counted again and found the same, and looked at by a person.</summary>
    Checked,

    /// <summary>Given up before it was approved; it never counts as public.</summary>
    Rejected,

    /// <summary>Approved and frozen; not public before a day.</summary>
    Embargoed,

    /// <summary>Public.</summary>
    Public,

    /// <summary>Public, and a later release of the same month has taken its place.</summary>
    Corrected,

    /// <summary>Taken back: its figures are shown no more.</summary>
    Withdrawn,
}

/// <summary>One step of a release.</summary>
/// <param name="ReleaseId">The release.</param>
/// <param name="EventNumber">Running number in the release, from 1.</param>
/// <param name="EventCode">One of the codes of <see cref="ReleaseSteps"/>.</param>
/// <param name="StaffId">Who; <see cref="ReleaseDesk.Operator"/> or <see cref="ReleaseDesk.Schedule"/> where no account did.</param>
/// <param name="AtUtc">When.</param>
/// <param name="NoteText">Words of the step, or empty.</param>
public sealed record ReleaseStep(long ReleaseId, int EventNumber, string EventCode, string StaffId, DateTime AtUtc, string NoteText);

/// <summary>The codes of the steps.</summary>
public static class ReleaseSteps
{
    /// <summary>Counted and protected.</summary>
    public const string Draft = "draft";

    /// <summary>Counted again, and looked at.</summary>
    public const string Check = "check";

    /// <summary>Approved by a second person and frozen.</summary>
    public const string Approve = "approve";

    /// <summary>Given up.</summary>
    public const string Reject = "reject";

    /// <summary>Files left the program before the release was public.</summary>
    public const string Handout = "handout";

    /// <summary>Words about the release were published with it.</summary>
    public const string Notice = "notice";

    /// <summary>Taken back.</summary>
    public const string Withdraw = "withdraw";
}

/// <summary>A release of the register with its steps, without its figures.</summary>
/// <param name="ReleaseId">The number in the register, given when it was drafted.</param>
/// <param name="AsOf">The month of the figures, by its first day.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
/// <param name="ProfileName">The profile of disclosure control.</param>
/// <param name="FigureCount">Figures, each once.</param>
/// <param name="HiddenCount">How many of them are hidden.</param>
/// <param name="AuditedCount">How many figures and differences were found safe.</param>
/// <param name="Number">The number by which people know it; null before it is approved.</param>
/// <param name="PublicFromUtc">When its embargo ends; null before it is approved.</param>
/// <param name="DocumentSha256">The hash of its frozen document; null before it is approved.</param>
/// <param name="CorrectsNumber">The number of the release whose place it takes, or null.</param>
/// <param name="Steps">Its steps, oldest first; none where it was made before steps were kept.</param>
public sealed record ReleaseRecord(
    long ReleaseId,
    DateOnly AsOf,
    DateTime AsKnownUtc,
    string ProfileName,
    int FigureCount,
    int HiddenCount,
    int AuditedCount,
    int? Number,
    DateTime? PublicFromUtc,
    string? DocumentSha256,
    int? CorrectsNumber,
    IReadOnlyList<ReleaseStep> Steps)
{
    /// <summary>Where the release stands.</summary>
    public ReleaseState State { get; init; }

    /// <summary>The number of the public release that has taken its place, or null.</summary>
    public int? CorrectedBy { get; init; }

    /// <summary>Whether its figures may be shown to everybody who reads released statistics.</summary>
    public bool IsReadable => State is ReleaseState.Public or ReleaseState.Corrected;

    /// <summary>Whether anybody took this step.</summary>
    public bool Has(string eventCode) => Steps.Any(step => step.EventCode == eventCode);

    /// <summary>Returns the last step of a kind, or null.</summary>
    public ReleaseStep? Last(string eventCode) => Steps.LastOrDefault(step => step.EventCode == eventCode);

    /// <summary>What is published about the release beside its figures, oldest first: corrections, notices, the withdrawal.</summary>
    public IEnumerable<ReleaseStep> Notices => Steps.Where(step =>
        step.EventCode is ReleaseSteps.Notice or ReleaseSteps.Withdraw || (step.EventCode == ReleaseSteps.Approve && CorrectsNumber is not null));

    /// <summary>Returns the releases with their states at an instant.</summary>
    internal static IReadOnlyList<ReleaseRecord> At(IReadOnlyList<ReleaseRecord> releases, DateTime nowUtc)
    {
        List<ReleaseRecord> placed = releases.Select(release => release with { State = release.Own(nowUtc) }).ToList();
        // A correction counts from the moment that it is public itself, and as long as it is.
        ILookup<int, int> corrections = placed.Where(release => release is { CorrectsNumber: not null, State: ReleaseState.Public })
            .ToLookup(release => release.CorrectsNumber!.Value, release => release.Number!.Value);
        return placed.Select(release => release.Number is { } number && corrections.Contains(number)
            ? release with { CorrectedBy = corrections[number].Max(), State = release.State == ReleaseState.Public ? ReleaseState.Corrected : release.State }
            : release).ToList();
    }

    private ReleaseState Own(DateTime nowUtc) =>
        Steps.Count == 0 ? ReleaseState.Registered
        : Has(ReleaseSteps.Withdraw) ? ReleaseState.Withdrawn
        : Has(ReleaseSteps.Reject) ? ReleaseState.Rejected
        : Number is not null ? (nowUtc >= PublicFromUtc ? ReleaseState.Public : ReleaseState.Embargoed)
        : Has(ReleaseSteps.Check) ? ReleaseState.Checked
        : ReleaseState.Draft;
}

/// <summary>What counting a release again found.</summary>
/// <param name="IsIntact">Whether the document is the one that was frozen, and every figure is counted again as it was.</param>
/// <param name="FigureCount">Figures compared.</param>
/// <param name="DifferentCount">Figures that are counted otherwise now.</param>
/// <param name="IsSameBytes">Whether the document, composed anew, is the same byte by byte; null where the catalogue has changed since, so that it cannot be.</param>
public sealed record ReleaseVerdict(bool IsIntact, int FigureCount, int DifferentCount, bool? IsSameBytes);

/// <summary>A step of a release is not possible now, and why.</summary>
public sealed class ReleaseStepException : Exception
{
    /// <summary>Makes an exception with its message in English and in Japanese.</summary>
    public ReleaseStepException(string message, string messageJa)
        : base(message) => MessageJa = messageJa;

    /// <summary>The message in Japanese.</summary>
    public string MessageJa { get; }
}
