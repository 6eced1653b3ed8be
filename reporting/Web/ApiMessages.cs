using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;

namespace Warehouse.Reporting.Web;

// What the interface takes and gives. Keys of children and records are texts: they have more digits than a number in JSON keeps.

/// <summary>The header and the token that a write carries.</summary>
internal sealed record TokenMessage(string Header, string? Token);

/// <summary>A worklist; nothing in it comes from the score before the own first judgement.</summary>
internal sealed record WorklistMessage(
    DateOnly? SnapshotDate, int Total, ListExpectation? Expectation, IReadOnlyList<UrgentMessage> Urgent, IReadOnlyList<DueMessage> Due, IReadOnlyList<ListedMessage> Children);

/// <summary>A case that goes past the model.</summary>
internal sealed record UrgentMessage(string ChildKey, DateOnly ReceivedDate, string DistrictName, int AgeYears, int GradeCode);

/// <summary>A child with a review or an outcome due.</summary>
internal sealed record DueMessage(string ChildKey, string DistrictName, int AgeYears, int GradeCode, string Due);

/// <summary>A line of the list; band and trend are null and empty before the own first judgement.</summary>
internal sealed record ListedMessage(
    string ChildKey, string DistrictName, int AgeYears, int GradeCode, bool IsInCouncil, bool HasChanged, string Due, string FirstDecision, string FinalDecision, string? BandCode, string Trend);

/// <summary>A child; the analysis is null before the own first judgement and for an urgent case.</summary>
internal sealed record ChildMessage(
    DateOnly DataDate,
    BriefChild Child,
    IReadOnlyList<BriefPerson> Household,
    BriefRestriction? Restriction,
    IReadOnlyList<BriefAgency> Agencies,
    IReadOnlyList<BriefEvent> Events,
    bool IsUrgent,
    SaidJudgement? First,
    IReadOnlyList<SaidJudgement> Finals,
    CaseAnalysis? Analysis,
    string Ticket);

/// <summary>A judgement without the band: what the model said at the time of a first judgement is no part of it.</summary>
internal sealed record SaidJudgement(string JudgementId, string StageCode, int RevisionNumber, string DecisionCode, string ReasonCode, string? Note, int SpentSeconds, DateTime JudgedUtc);

/// <summary>A judgement as a program sends it.</summary>
/// <param name="Ticket">The ticket of <c>GET /api/v1/children/{childKey}</c>.</param>
/// <param name="Stage"><c>first</c> or <c>final</c>.</param>
/// <param name="Decision"><c>need</c>, <c>no_need</c> or <c>pending</c>.</param>
/// <param name="Reason">The main reason, by its code.</param>
/// <param name="Note">Words, or null.</param>
/// <param name="Purpose">Why the child is open.</param>
internal sealed record JudgementMessage(string? Ticket, string? Stage, string? Decision, string? Reason, string? Note, string? Purpose);

/// <summary>Contacts of a child, entitlements not used, and the ticket of the next entry.</summary>
internal sealed record ContactsMessage(string Name, bool IsRestricted, string Due, IReadOnlyList<EntitlementRule> Unused, IReadOnlyList<ContactLine> Contacts, string Ticket);

/// <summary>One contact.</summary>
internal sealed record ContactLine(string ContactId, string StaffId, string EventCode, string DetailCode, string ResultCode, DateOnly EventDate, DateOnly? DueDate, bool IsSafetyChecked, string? Note, DateTime RecordedUtc);

/// <summary>A contact as a program sends it; the ticket is of <c>GET …/contacts</c>.</summary>
internal sealed record ContactMessage(string? Ticket, string? Event, string? Detail, string? Result, DateOnly? Date, DateOnly? Due, bool? SafetyChecked, string? Note, string? Purpose);

/// <summary>Support plans that were made for the family, and a draft of the next.</summary>
internal sealed record PlansMessage(PlanInput Draft, IReadOnlyList<MadePlan> Made, string Ticket);

/// <summary>A support plan as a program sends it: what the family reads, in plain words.</summary>
internal sealed record PlanMessage(
    string? Ticket, string? Wish, string? Goal, IReadOnlyList<string>? Helps, string? Request, DateOnly? Review, string? Contact, bool? SafetyChecked, string? Purpose);

/// <summary>A brief as a program orders it.</summary>
internal sealed record BriefMessage(string? Recipient);

/// <summary>A brief that was made, and where it is.</summary>
internal sealed record MadeMessage(string BriefId, string Location);

/// <summary>The meetings that the caller may open, and a ticket to call another.</summary>
internal sealed record ConferencesMessage(IReadOnlyList<Conference> Conferences, string Ticket);

/// <summary>A meeting; children outside the remit have no name. The ticket is good for one write.</summary>
internal sealed record ConferenceMessage(
    Conference Conference, IReadOnlyList<MemberLine> Members, IReadOnlyList<AgendaLine> Children, IReadOnlyList<CopyLine> Copies, IReadOnlyList<DecisionLine> Decisions, IReadOnlyList<MinuteLine> Minutes, string Ticket);

/// <summary>A member of a meeting.</summary>
internal sealed record MemberLine(int MemberNumber, string Agency, string MemberName, string DutyCode, string? StaffId);

/// <summary>A child on an agenda.</summary>
internal sealed record AgendaLine(int ItemNumber, string ChildKey, string? Name, int? AgeYears, int? GradeCode, bool IsRestricted, bool IsOff);

/// <summary>A copy that was handed out.</summary>
internal sealed record CopyLine(string BriefId, string ChildKey, int MemberNumber, int CopyNumber, string IssuedBy, DateTime IssuedUtc, DateTime? ReturnedUtc);

/// <summary>A decision.</summary>
internal sealed record DecisionLine(string DecisionId, string ChildKey, string DecisionCode, string LeadAgency, DateOnly? ReviewDate, string DecisionText, string DecidedBy, DateTime DecidedUtc, IReadOnlyList<ConferenceTask> Tasks);

/// <summary>An entry of the minutes; the key is <c>0</c> for the whole meeting.</summary>
internal sealed record MinuteLine(string MinuteId, string ChildKey, string MinuteText, string StaffId, DateTime WrittenUtc);

/// <summary>A meeting as a program calls it.</summary>
internal sealed record CallMessage(string? Ticket, string? Title, DateOnly? Held, string? Starts, string? Place);

/// <summary>The id of what was made.</summary>
internal sealed record CreatedMessage(string Id, string Location);

/// <summary>A member as a program adds one.</summary>
internal sealed record NewMemberMessage(string? Ticket, string? Agency, string? Name, string? Duty, string? StaffId);

/// <summary>A child for an agenda.</summary>
internal sealed record ItemMessage(string? ChildKey);

/// <summary>Takes a child off an agenda, or puts it back.</summary>
internal sealed record ItemChangeMessage(string? Ticket, bool? Off, string? Reason);

/// <summary>A decision as a program sends it.</summary>
internal sealed record DecisionMessage(string? Ticket, string? Decision, string? Lead, DateOnly? Review, string? Text, IReadOnlyList<TaskMessage>? Tasks);

/// <summary>A task of a decision.</summary>
internal sealed record TaskMessage(string? Support, string? Agency, string? Text, DateOnly? Due, DateOnly? Begins);

/// <summary>An entry of the minutes as a program sends it; without a child it is of the whole meeting.</summary>
internal sealed record MinuteMessage(string? Ticket, string? ChildKey, string? Text);

/// <summary>Copies that came back.</summary>
internal sealed record ReturnMessage(IReadOnlyList<string>? BriefIds);

/// <summary>How many copies came back.</summary>
internal sealed record ReturnedMessage(int Returned);

/// <summary>How far the briefs of a meeting are.</summary>
internal sealed record BatchMessage(int Total, int Done, int Copies, IReadOnlyList<string> NotJudged, IReadOnlyList<string> NotMine, bool IsRunning, bool HasFailed);

/// <summary>The queue of linkage.</summary>
internal sealed record QueueMessage(int Total, int Page, int LastPage, IReadOnlyList<QueuedMessage> Records);

/// <summary>One record of the queue.</summary>
internal sealed record QueuedMessage(string RecordKey, int Others, DateTime MadeUtc, IReadOnlyList<string> UnsureBy);

/// <summary>A record with those it was compared with; weights only where they were asked for, which is recorded.</summary>
internal sealed record LinkCaseMessage(string RecordKey, IReadOnlyList<ComparedMessage> Columns, IReadOnlyList<PairMessage> Pairs, int OwnCount, string Ticket);

/// <summary>One record of the comparison.</summary>
internal sealed record ComparedMessage(
    string Kind, int Person, string RecordKey, string System, string SourceId, string? NameKanji, string? NameKana, DateOnly? BirthDate, int SexCode, string? Address, string? GuardianName, string? HouseholdNumber);

/// <summary>A pair that waits.</summary>
internal sealed record PairMessage(string OtherRecordKey, double? WeightBits, double? Posterior);

/// <summary>A decision about a pair as a program sends it: <c>same</c>, <c>different</c> or <c>unsure</c>; <c>all</c> moves all records of the person.</summary>
internal sealed record LinkDecisionMessage(string? Ticket, string? Decision, string? OtherRecordKey, string? Scope, string? Reason);

/// <summary>All records of one person, and the ticket to split it.</summary>
internal sealed record PersonMessage(string PersonKey, IReadOnlyList<ComparedMessage> Records, string Ticket);

/// <summary>Records that belong to somebody else.</summary>
internal sealed record SplitMessage(string? Ticket, IReadOnlyList<string>? RecordKeys, string? Reason);

/// <summary>A form on which a link was decided.</summary>
internal sealed record FormMessage(string FormId, long? EventId, string OutcomeCode, string StaffId, string Reason, DateTime SentUtc);

/// <summary>Decisions about links, newest first, and a ticket to undo one.</summary>
internal sealed record LinkEventsMessage(int Total, IReadOnlyList<LinkEventMessage> Decisions, string Ticket);

/// <summary>One decision about links.</summary>
internal sealed record LinkEventMessage(long EventId, string EventCode, string StaffId, string Reason, DateTime DecidedUtc, long? UndoneEventId, long? UndoneByEventId);

/// <summary>An undo as a program sends it.</summary>
internal sealed record ReasonMessage(string? Ticket, string? Reason);

/// <summary>What a job did, in one line.</summary>
internal sealed record SummaryMessage(string Summary);

/// <summary>Rows of a feed that wait for correction; at most as many as a page shows.</summary>
internal sealed record QuarantineMessage(string Feed, int Total, IReadOnlyList<QuarantinedMessage> Rows);

/// <summary>One quarantined row; no cells where they cannot be told apart, and then it is corrected in the report.</summary>
internal sealed record QuarantinedMessage(string Key, string File, int Line, IReadOnlyList<string> Headers, IReadOnlyList<string>? Cells, IReadOnlyList<FaultMessage> Faults);

/// <summary>Why a row was kept back.</summary>
internal sealed record FaultMessage(string Reason, string Expected);

/// <summary>The values of a row, one a column.</summary>
internal sealed record CellsMessage(IReadOnlyList<string>? Cells);

/// <summary>A release that is or was public.</summary>
internal sealed record ReleaseMessage(
    int? Number, string AsOf, string State, DateTime? PublicFromUtc, int? CorrectsNumber, int? CorrectedBy, string? DocumentSha256, IReadOnlyList<NoticeMessage> Notices);

/// <summary>What is published about a release beside its figures.</summary>
internal sealed record NoticeMessage(string Kind, DateTime AtUtc, string NoteText);
