namespace Warehouse.Reporting.Casework;

/// <summary>One meeting about children.</summary>
/// <param name="ConferenceId">32 hex digits.</param>
/// <param name="Title">What it is called.</param>
/// <param name="HeldDate">The day.</param>
/// <param name="StartsAt">HH:MM, or empty.</param>
/// <param name="Place">Where, or empty.</param>
/// <param name="RemitCode">The remit of whoever called it: caseworkers of that remit and of the whole city see it.</param>
/// <param name="CreatedBy">Who called it.</param>
/// <param name="CreatedUtc">When.</param>
/// <param name="ClosedBy">Who closed it; null while it is open.</param>
/// <param name="ClosedUtc">When.</param>
public sealed record Conference(
    string ConferenceId, string Title, DateOnly HeldDate, string StartsAt, string Place, string RemitCode, string CreatedBy, DateTime CreatedUtc, string? ClosedBy, DateTime? ClosedUtc)
{
    /// <summary>Whether something may still be added.</summary>
    public bool IsOpen => ClosedUtc is null;
}

/// <summary>One person or agency at a meeting.</summary>
public sealed record ConferenceMember(string ConferenceId, int MemberNumber, string Agency, string MemberName, string DutyCode, string FormId, DateTime AddedUtc, string? StaffId)
{
    /// <summary>How a copy names who received it.</summary>
    public string Recipient => MemberName.Length == 0 ? Agency : Agency.Length == 0 ? MemberName : $"{Agency}　{MemberName}";
}

/// <summary>One child on an agenda.</summary>
public sealed record ConferenceItem(string ConferenceId, long ChildKey, int ItemNumber, string AddedBy, DateTime AddedUtc);

/// <summary>One child taken off an agenda, or put back; the newest of a child holds.</summary>
public sealed record ConferenceItemChange(string ChangeId, string ConferenceId, long ChildKey, int ChangeNumber, string ChangeCode, string ReasonText, string StaffId, DateTime ChangedUtc)
{
    /// <summary>Whether the child is off the agenda.</summary>
    public bool IsOff => ChangeCode == "off";
}

/// <summary>One numbered copy of a brief that one member got.</summary>
public sealed record ConferenceCopy(
    string BriefId, string ConferenceId, long ChildKey, int MemberNumber, int CopyNumber, string IssuedBy, DateTime IssuedUtc, string? ReturnedTo, DateTime? ReturnedUtc);

/// <summary>One decision about one child; never changed, the newest of a meeting holds.</summary>
public sealed record ConferenceDecision(
    string DecisionId, string ConferenceId, long ChildKey, string DecisionCode, string LeadAgency, DateOnly? ReviewDate, string DecisionText, string DecidedBy, DateTime DecidedUtc)
{
    /// <summary>Who does what until when.</summary>
    public IReadOnlyList<ConferenceTask> Tasks { get; init; } = [];
}

/// <summary>One task of a decision.</summary>
/// <param name="DecisionId">The decision.</param>
/// <param name="TaskNumber">From 1.</param>
/// <param name="SupportCode">A support of <see cref="ContactCodes.Details"/>, or <c>none</c>.</param>
/// <param name="Agency">Who does it.</param>
/// <param name="TaskText">What is done.</param>
/// <param name="DueDate">Until when.</param>
/// <param name="BeginsDate">When a support begins; null on the day of the meeting.</param>
public sealed record ConferenceTask(string DecisionId, int TaskNumber, string SupportCode, string Agency, string TaskText, DateOnly DueDate, DateOnly? BeginsDate);

/// <summary>One entry of the minutes; never changed.</summary>
/// <param name="MinuteId">32 hex digits.</param>
/// <param name="ConferenceId">The meeting.</param>
/// <param name="ChildKey">The child that it is about; 0 the whole meeting.</param>
/// <param name="MinuteText">What was said.</param>
/// <param name="StaffId">Who wrote it down.</param>
/// <param name="WrittenUtc">When.</param>
public sealed record ConferenceMinute(string MinuteId, string ConferenceId, long ChildKey, string MinuteText, string StaffId, DateTime WrittenUtc);

/// <summary>A child of an agenda as the reader may see it.</summary>
/// <param name="Item">Its place.</param>
/// <param name="Name">The name; null where the child is outside the reader's remit or no longer known.</param>
/// <param name="Age">In years at the date of the data; null with the name.</param>
/// <param name="GradeCode">The grade; null with the name.</param>
/// <param name="IsRestricted">Whether a protective measure is in force.</param>
/// <param name="Off">Who took the child off the agenda and why; null while it is on it.</param>
public sealed record AgendaChild(ConferenceItem Item, string? Name, int? Age, int? GradeCode, bool IsRestricted, ConferenceItemChange? Off);

/// <summary>A meeting with all that belongs to it.</summary>
/// <param name="Conference">The meeting.</param>
/// <param name="Members">Who is there.</param>
/// <param name="Children">The agenda, with those who were taken off it.</param>
/// <param name="Copies">Copies that were issued; of children in the reader's remit.</param>
/// <param name="Decisions">Decisions, oldest first; of children in the reader's remit.</param>
/// <param name="Minutes">Minutes, oldest first; of the whole meeting and of children in the reader's remit.</param>
public sealed record ConferenceView(
    Conference Conference,
    IReadOnlyList<ConferenceMember> Members,
    IReadOnlyList<AgendaChild> Children,
    IReadOnlyList<ConferenceCopy> Copies,
    IReadOnlyList<ConferenceDecision> Decisions,
    IReadOnlyList<ConferenceMinute> Minutes)
{
    /// <summary>The children whom the meeting talks about.</summary>
    public IReadOnlyList<AgendaChild> Agenda => [.. Children.Where(child => child.Off is null)];
}

/// <summary>A decision as a form brings it.</summary>
/// <param name="DecisionCode">One of <see cref="ConferenceCodes.Decisions"/>.</param>
/// <param name="LeadAgency">The agency in the lead.</param>
/// <param name="ReviewDate">When the case is looked at again; null only where it is closed.</param>
/// <param name="Text">What was decided.</param>
/// <param name="Tasks">Who does what until when; lines without any word are left out.</param>
public sealed record DecisionInput(string DecisionCode, string LeadAgency, DateOnly? ReviewDate, string? Text, IReadOnlyList<TaskInput> Tasks);

/// <summary>A line of a decision as a form brings it.</summary>
/// <param name="SupportCode">The support, or <c>none</c>.</param>
/// <param name="Agency">Who does it.</param>
/// <param name="Text">What is done.</param>
/// <param name="DueDate">Until when.</param>
/// <param name="BeginsDate">When the support begins; null on the day of the meeting.</param>
public sealed record TaskInput(string SupportCode, string Agency, string Text, DateOnly? DueDate, DateOnly? BeginsDate = null)
{
    /// <summary>Whether the line was left empty.</summary>
    public bool IsEmpty => SupportCode is "" or "none" && Agency.Length == 0 && Text.Length == 0;
}

/// <summary>The menus of conferences, with their Japanese.</summary>
public static class ConferenceCodes
{
    /// <summary>Lines for tasks on a form.</summary>
    public const int TaskLines = 4;

    /// <summary>The decisions.</summary>
    public static readonly IReadOnlyDictionary<string, string> Decisions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["support"] = "支援を行う",
        ["watch"] = "見守りを続ける",
        ["council"] = "要対協で進行管理する",
        ["refer"] = "児童相談所などへ送る",
        ["close"] = "終結する",
    };

    /// <summary>What somebody does at a meeting.</summary>
    public static readonly IReadOnlyDictionary<string, string> Duties = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["chair"] = "司会",
        ["scribe"] = "記録",
        ["member"] = "構成員",
    };
}

/// <summary>How an attempt to add something to a meeting ended.</summary>
public enum ConferenceOutcome
{
    /// <summary>It is on record; also where the same form came before.</summary>
    Recorded,

    /// <summary>A choice is not of its menu, a text is missing or too long, or a date does not fit.</summary>
    Invalid,

    /// <summary>The form is too old, was changed, or belongs to somebody else.</summary>
    TicketRefused,

    /// <summary>The meeting is closed.</summary>
    Closed,

    /// <summary>A decision was sent before the day of the meeting.</summary>
    TooEarly,

    /// <summary>There is nobody to hand copies to, or no child on the agenda.</summary>
    Empty,
}
