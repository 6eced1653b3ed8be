namespace Warehouse.Etl.Link.Review;

/// <summary>A pair that waits for a decision.</summary>
/// <param name="RecordKey">The record whose link is open.</param>
/// <param name="OtherRecordKey">A record of the person that it may belong to.</param>
/// <param name="Posterior">Probability of one person by the linker; not shown to whoever decides until the decision.</param>
/// <param name="WeightBits">The match weight in bits.</param>
/// <param name="Evidence">Level and weight of each field in codes.</param>
/// <param name="LinkerVersion">The linker that compared.</param>
/// <param name="MadeUtc">When it compared.</param>
/// <param name="PersonKey">The person that the record belongs to now.</param>
/// <param name="OtherPersonKey">The person of the other record.</param>
public sealed record ReviewPair(
    long RecordKey,
    long OtherRecordKey,
    double Posterior,
    double WeightBits,
    string Evidence,
    string LinkerVersion,
    DateTime MadeUtc,
    long PersonKey,
    long OtherPersonKey);

/// <summary>One record of one person as its source last stated it; never leaves the identity side.</summary>
/// <param name="RecordKey">The record.</param>
/// <param name="PersonKey">The person that it belongs to.</param>
/// <param name="RuleCode">The rule that linked it.</param>
/// <param name="Evidence">What agreed, in codes.</param>
/// <param name="DecidedBy">The program or the member of staff that linked it.</param>
/// <param name="LinkerVersion">The linker.</param>
/// <param name="LinkKnownFromUtc">Since when the link stands.</param>
/// <param name="Feed">The feed of the record.</param>
/// <param name="SystemCode">Its source system.</param>
/// <param name="SourceId">Its number there.</param>
/// <param name="NameKanji">The name in kanji as sent; null where it was not sent.</param>
/// <param name="NameKana">The name in kana as sent.</param>
/// <param name="BirthDate">The day of birth.</param>
/// <param name="SexCode">0 unknown, 1 male, 2 female.</param>
/// <param name="Address">The address as sent.</param>
/// <param name="GuardianName">The guardian as sent.</param>
/// <param name="HouseholdNumber">The household.</param>
/// <param name="ResidentNumber">The resident number where the source carries one.</param>
/// <param name="KnownFromUtc">Since when the record is known in this form.</param>
public sealed record ReviewRecord(
    long RecordKey,
    long PersonKey,
    string RuleCode,
    string Evidence,
    string DecidedBy,
    string LinkerVersion,
    DateTime LinkKnownFromUtc,
    string Feed,
    string SystemCode,
    string SourceId,
    string? NameKanji,
    string? NameKana,
    DateOnly? BirthDate,
    short SexCode,
    string? Address,
    string? GuardianName,
    string? HouseholdNumber,
    string? ResidentNumber,
    DateTime KnownFromUtc)
{
    /// <summary>Whether this is an entry of the resident register.</summary>
    public bool IsRegister => SystemCode == "resident";

    internal bool HasIdentity => BirthDate is not null || !string.IsNullOrWhiteSpace(NameKanji) || !string.IsNullOrWhiteSpace(NameKana);
}

/// <summary>One decision of staff.</summary>
/// <param name="EventId">Its number.</param>
/// <param name="EventCode"><c>assign</c>, <c>split</c>, <c>merge</c>, <c>reject</c> or <c>undo</c>.</param>
/// <param name="StaffId">Whoever decided.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="DecidedUtc">When.</param>
/// <param name="UndoneEventId">The decision that an undo takes back.</param>
/// <param name="UndoneByEventId">The undo that took this decision back; null while it stands.</param>
public sealed record LinkEvent(long EventId, string EventCode, string StaffId, string Reason, DateTime DecidedUtc, long? UndoneEventId, long? UndoneByEventId);

/// <summary>One record that a decision moved.</summary>
public sealed record MovedRecord(long RecordKey, long PersonBefore, long PersonAfter);

/// <summary>What a decision did.</summary>
/// <param name="EventId">Its number.</param>
/// <param name="EventCode">What it was.</param>
/// <param name="Moved">The records that belong to another person now; empty for a rejected pair.</param>
public sealed record DecidedLink(long EventId, string EventCode, IReadOnlyList<MovedRecord> Moved);

/// <summary>Whoever decides, and why.</summary>
/// <param name="StaffId">The account, at most 40 characters.</param>
/// <param name="Reason">Why, in words, 1 to 400 characters; kept for good beside the decision.</param>
public sealed record Reviewer(string StaffId, string Reason);

/// <summary>Says why a decision about links cannot be taken: what was found, what was expected, what to do.</summary>
public sealed class LinkReviewException : Exception
{
    /// <summary>Makes an exception with a stable code and a message for whoever decides.</summary>
    public LinkReviewException(string code, string message)
        : base($"{code}: {message}")
    {
        Code = code;
    }

    /// <summary>The stable code, such as <c>LNK-002</c>.</summary>
    public string Code { get; }
}
