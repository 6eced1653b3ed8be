using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Briefs;

/// <summary>Everything a case meeting is told about one child, as plain data.</summary>
/// <remarks>Nulls: null or empty means "not recorded" and is printed as such; nothing is guessed.</remarks>
public sealed record CaseBrief
{
    /// <summary>Gets the identifier of the brief.</summary>
    public required string BriefId { get; init; }

    /// <summary>Gets the day the data is true for.</summary>
    public required DateOnly DataDate { get; init; }

    /// <summary>Gets the meeting and the copy.</summary>
    public required BriefMeeting Meeting { get; init; }

    /// <summary>Gets the text across every page, e.g. 架空データ, or null.</summary>
    public string? Watermark { get; init; }

    /// <summary>Gets what the meeting has to decide.</summary>
    public required BriefDecision Decision { get; init; }

    /// <summary>Gets the child.</summary>
    public required BriefChild Child { get; init; }

    /// <summary>Gets the members of the household and relatives who matter.</summary>
    public IReadOnlyList<BriefPerson> Household { get; init; } = [];

    /// <summary>Gets couples and parent–child ties among <see cref="Household"/> and the child.</summary>
    public IReadOnlyList<BriefKinship> Kinships { get; init; } = [];

    /// <summary>Gets the restriction in force, or null.</summary>
    public BriefRestriction? Restriction { get; init; }

    /// <summary>Gets the agencies involved.</summary>
    public IReadOnlyList<BriefAgency> Agencies { get; init; } = [];

    /// <summary>Gets significant events; the newest fifteen are printed.</summary>
    public IReadOnlyList<BriefEvent> Events { get; init; } = [];

    /// <summary>Gets 心配なこと.</summary>
    public IReadOnlyList<BriefNote> Worries { get; init; } = [];

    /// <summary>Gets うまくいっていること.</summary>
    public IReadOnlyList<BriefNote> Strengths { get; init; } = [];

    /// <summary>Gets わからないこと.</summary>
    public IReadOnlyList<BriefNote> Unknowns { get; init; } = [];

    /// <summary>Gets what the child said, or null.</summary>
    public BriefVoice? ChildVoice { get; init; }

    /// <summary>Gets what the parents want, or null.</summary>
    public BriefVoice? ParentsWishes { get; init; }

    /// <summary>Gets the result of the analysis, or null where none was made.</summary>
    public BriefAnalysis? Analysis { get; init; }

    /// <summary>Gets the entitlements not used.</summary>
    public IReadOnlyList<BriefEntitlement> UnusedEntitlements { get; init; } = [];

    /// <summary>Gets the judgement made before the analysis was shown, or null.</summary>
    public BriefJudgement? BlindJudgement { get; init; }

    /// <summary>Gets the final judgement, or null.</summary>
    public BriefJudgement? FinalJudgement { get; init; }

    /// <summary>Gets the lines of the plan known before the meeting.</summary>
    public IReadOnlyList<BriefPlanLine> Plan { get; init; } = [];

    /// <summary>Gets where the data came from.</summary>
    public IReadOnlyList<BriefLineage> Lineage { get; init; } = [];

    /// <summary>Gets what changed since the last brief; null for the first brief.</summary>
    public BriefChanges? Changes { get; init; }
}

/// <summary>The meeting a brief is made for and the copy of it.</summary>
public sealed record BriefMeeting(
    string Name,
    DateOnly? Date,
    string? Recipient,
    int? CopyNumber,
    int? CopyCount,
    string? Author,
    string HandlingMark = "取扱注意・会議後回収");

/// <summary>What the meeting has to decide: one sentence and choices to tick.</summary>
public sealed record BriefDecision(string Sentence, IReadOnlyList<BriefChoice> Choices);

/// <summary>A choice with its options.</summary>
public sealed record BriefChoice(string Label, IReadOnlyList<string> Options);

/// <summary>The child concerned. <paramref name="Age"/> is in completed years on the data date.</summary>
public sealed record BriefChild(
    string PersonId,
    string Name,
    string? Furigana,
    GenogramSex Sex,
    DateOnly BirthDate,
    int Age,
    string? Grade,
    string? Facility,
    string? Address,
    DateOnly? LastSeenDate,
    string? LastSeenBy);

/// <summary>A member of the household or a relative; generation 0 is the oldest drawn.</summary>
public sealed record BriefPerson(
    string PersonId,
    string Name,
    string Relation,
    GenogramSex Sex,
    DateOnly? BirthDate,
    bool IsCohabiting,
    int Generation,
    string? Remark = null,
    bool IsDeceased = false,
    DateOnly? LastSeenDate = null);

/// <summary>The kind of a tie between two persons.</summary>
public enum KinshipKind
{
    /// <summary>Married or living as a couple.</summary>
    Couple,

    /// <summary>Divorced or separated.</summary>
    SeparatedCouple,

    /// <summary>The first is a parent of the second.</summary>
    ParentOf,
}

/// <summary>A tie between two persons.</summary>
public sealed record BriefKinship(KinshipKind Kind, string FirstId, string SecondId);

/// <summary>A support measure or court order that limits what may be printed and who may be contacted.</summary>
/// <remarks>
/// Where address and school are hidden, the child's address and facility, their parts of four characters and more, and
/// <see cref="HiddenWords"/> (schools of siblings, employers) are blanked out wherever they occur in the document, not only in their fields.
/// </remarks>
public sealed record BriefRestriction(string Text, string? NoContactWith, DateOnly? ValidUntil, bool HidesAddressAndSchool = true)
{
    /// <summary>Gets further words that give a place away.</summary>
    public IReadOnlyList<string> HiddenWords { get; init; } = [];
}

/// <summary>An agency's involvement.</summary>
public sealed record BriefAgency(string Name, string? Person, string? Frequency, DateOnly? LastContact, string? LegalBasis);

/// <summary>A significant event.</summary>
public sealed record BriefEvent(DateOnly Date, string Title, string Source, Certainty Certainty);

/// <summary>A note with its source and the day it was true.</summary>
public sealed record BriefNote(string Text, string? Source, DateOnly? AsOf);

/// <summary>Words of the child or the parents.</summary>
public sealed record BriefVoice(string Text, DateOnly? HeardOn, string? HeardBy);

/// <summary>An interval of a rate, 0..1.</summary>
public sealed record BriefInterval(double Low, double High);

/// <summary>A reason in words: of <paramref name="Count"/> children to whom it applies, <paramref name="ObservedShare"/> needed support.</summary>
/// <param name="Text">The rule in Japanese.</param>
/// <param name="Count">Children in the data to whom it applies.</param>
/// <param name="ObservedShare">Share judged to need support, 0..1.</param>
/// <param name="Interval">Interval of that share.</param>
/// <param name="Weight">Weight in the score; its sign tells for or against.</param>
public sealed record BriefReason(string Text, int Count, double ObservedShare, BriefInterval Interval, double Weight)
{
    /// <summary>Further conditions that overlap with the one shown and are part of its weight.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Share of repeated trainings that found the rule again, 0..1; null where it was not measured.</summary>
    public double? StabilityShare { get; init; }

    /// <summary>The departments whose data the rule reads.</summary>
    public string Departments { get; init; } = "";
}

/// <summary>The result of the analysis. A null band means that no score was made; <paramref name="ThinFileReason"/> tells why.</summary>
public sealed record BriefAnalysis(
    string? Band,
    IReadOnlyList<string> Bands,
    int SimilarCount,
    int NeededCount,
    BriefInterval? Interval,
    string? ThinFileReason,
    IReadOnlyList<BriefReason> ReasonsFor,
    IReadOnlyList<BriefReason> ReasonsAgainst,
    IReadOnlyList<string> MissingSources,
    double? StabilityShare,
    string ModelVersion);

/// <summary>An entitlement the family seems to qualify for and does not use.</summary>
public sealed record BriefEntitlement(string Name, string Ground, string? Office);

/// <summary>A judgement of staff: 要, 否 or 保留.</summary>
public sealed record BriefJudgement(string Value, DateOnly? Date, string? By, string? Reason);

/// <summary>A line of the plan; the meeting fills in what is null.</summary>
public sealed record BriefPlanLine(string? Aim, string? Action, string? Responsible, DateOnly? Due);

/// <summary>A feed the brief was made from.</summary>
public sealed record BriefLineage(string Source, string FeedFile, DateOnly AsOf, long LoadId, int? RowCount = null);

/// <summary>What changed since the last brief.</summary>
public sealed record BriefChanges(DateOnly PreviousDate, string PreviousBriefId, IReadOnlyList<string> Lines);
