using System.Globalization;

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
    long OtherPersonKey)
{
    /// <summary>The weight, field by field, and what no field explains last; empty where the evidence names no weights.</summary>
    public IReadOnlyList<WeightStep> Steps
    {
        get
        {
            List<WeightStep> steps = [];
            foreach (string part in Evidence.Split(';'))
            {
                // surname=9:7.2 is a level and its bits; the other parts of the evidence have no colon.
                string[] sides = part.Split('=', ':');
                if (sides.Length == 3 && double.TryParse(sides[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double bits))
                {
                    steps.Add(new WeightStep(sides[0], bits));
                }
            }

            double rest = WeightBits - steps.Sum(step => step.Bits);
            return steps.Count == 0 ? [] : Math.Abs(rest) < 0.05 ? steps : [.. steps, new WeightStep("rest", rest)];
        }
    }
}

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

/// <summary>What one field adds to the weight of a pair.</summary>
/// <param name="Field">The field's name, such as <c>birth_date</c>; <c>rest</c> for what no field explains, such as the chance before anything was compared.</param>
/// <param name="Bits">Bits, negative where it speaks against one person.</param>
public sealed record WeightStep(string Field, double Bits);

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
public sealed record Reviewer(string StaffId, string Reason)
{
    /// <summary>The form that the decision came with, or null: a form that was sent before decides nothing again.</summary>
    public ReviewForm? Form { get; init; }
}

/// <summary>What a form of the review page says about itself; kept beside the decision.</summary>
/// <param name="FormId">32 hex digits.</param>
/// <param name="RecordKey">The record that was shown; 0 for an undo.</param>
/// <param name="OtherRecordKey">The record that it was compared with; 0 for an undo.</param>
/// <param name="IsScoreShown">Whether the linker's score was on the page when the decision was made.</param>
public sealed record ReviewForm(string FormId, long RecordKey, long OtherRecordKey, bool IsScoreShown);

/// <summary>A form that was sent.</summary>
/// <param name="FormId">Its id.</param>
/// <param name="EventId">The decision that it made; null where the reviewer could not say.</param>
/// <param name="RecordKey">The record.</param>
/// <param name="OtherRecordKey">The record that it was compared with.</param>
/// <param name="OutcomeCode"><c>same</c>, <c>different</c>, <c>unsure</c> or <c>undo</c>.</param>
/// <param name="IsScoreShown">1 where the score was on the page.</param>
/// <param name="StaffId">Who sent it.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="SentUtc">When.</param>
public sealed record SentForm(
    string FormId, long? EventId, long RecordKey, long OtherRecordKey, string OutcomeCode, short IsScoreShown, string StaffId, string Reason, DateTime SentUtc);

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
