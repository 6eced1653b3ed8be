namespace Warehouse.Reporting.Casework;

/// <summary>The scoring that a judgement is about.</summary>
/// <param name="SnapshotDate">The day that the features describe; without a score the first day of the data's month.</param>
/// <param name="ModelRunId">The model that scored; 0 where none had.</param>
/// <param name="BandCode">What it said: <c>A</c>, <c>B</c>, <c>C</c> or <c>none</c>.</param>
public sealed record CaseRound(DateOnly SnapshotDate, long ModelRunId, string BandCode);

/// <summary>One judgement of one member of staff about one child; never changed after it was written.</summary>
/// <param name="JudgementId">The id that the form carried: 32 hex digits.</param>
/// <param name="ChildKey">The child.</param>
/// <param name="SnapshotDate">The scoring that it is about.</param>
/// <param name="ModelRunId">The model of that scoring; 0 none.</param>
/// <param name="StaffId">Who judged.</param>
/// <param name="StageCode"><c>first</c>: nothing of the analysis was shown; <c>final</c>: after it was.</param>
/// <param name="RevisionNumber">1, then one more for each revision of a final judgement.</param>
/// <param name="DecisionCode">One of <see cref="JudgementCodes.Decisions"/>.</param>
/// <param name="ReasonCode">One of <see cref="JudgementCodes.Reasons"/>.</param>
/// <param name="BandCode">What the model said at that time, shown or not.</param>
/// <param name="SpentSeconds">From opening the child to sending the judgement.</param>
/// <param name="JudgedUtc">When it was recorded.</param>
public sealed record Judgement(
    string JudgementId,
    long ChildKey,
    DateOnly SnapshotDate,
    long ModelRunId,
    string StaffId,
    string StageCode,
    int RevisionNumber,
    string DecisionCode,
    string ReasonCode,
    string BandCode,
    int SpentSeconds,
    DateTime JudgedUtc)
{
    /// <summary>What the caseworker wrote beside it; null where nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>The choices of a judgement, with their Japanese; the pages translate.</summary>
public static class JudgementCodes
{
    /// <summary>Before anything of the analysis was shown.</summary>
    public const string First = "first";

    /// <summary>After it was shown.</summary>
    public const string Final = "final";

    /// <summary>The longest note, in characters.</summary>
    public const int MaxNote = 1000;

    /// <summary>The decisions.</summary>
    public static readonly IReadOnlyDictionary<string, string> Decisions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["need"] = "要",
        ["no_need"] = "否",
        ["pending"] = "保留",
    };

    /// <summary>What each decision says.</summary>
    public static readonly IReadOnlyDictionary<string, string> Meanings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["need"] = "支援が必要と考える",
        ["no_need"] = "今は支援を要しないと考える",
        ["pending"] = "情報が足りず、まだ判断できない",
    };

    /// <summary>The main reasons.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["care"] = "養育の状況",
        ["school"] = "登校・学校生活",
        ["health"] = "健康・発達",
        ["livelihood"] = "経済・就労",
        ["household"] = "家族・住まい",
        ["voice"] = "本人・家族の訴え",
        ["supported"] = "すでに支援につながっている",
        ["no_sign"] = "気になる記録がない",
        ["unknown"] = "情報が足りない",
        ["other"] = "その他",
    };
}

/// <summary>How an attempt to record a judgement ended.</summary>
public enum JudgementOutcome
{
    /// <summary>It is on record; also where the same form came before.</summary>
    Recorded,

    /// <summary>Another form has recorded a first judgement of this scoring already.</summary>
    FirstStands,

    /// <summary>There is no first judgement of this scoring yet.</summary>
    FirstMissing,

    /// <summary>A final judgement that differs from the first, or revises a final one, needs words.</summary>
    WordsMissing,

    /// <summary>A choice is not in its list, or the note is too long.</summary>
    Invalid,

    /// <summary>The form is too old, was changed, or belongs to somebody else.</summary>
    TicketRefused,
}

/// <summary>What a caseworker sends.</summary>
/// <param name="Ticket">What the page gave: who opened which child when.</param>
/// <param name="DecisionCode">One of <see cref="JudgementCodes.Decisions"/>.</param>
/// <param name="ReasonCode">One of <see cref="JudgementCodes.Reasons"/>.</param>
/// <param name="Note">Words, at most <see cref="JudgementCodes.MaxNote"/> characters.</param>
public sealed record JudgementInput(string Ticket, string DecisionCode, string ReasonCode, string? Note);
