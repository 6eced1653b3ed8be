namespace Warehouse.Reporting.Briefs;

/// <summary>All that the warehouse says of one child as known then; pseudonymous.</summary>
public sealed record ChildRecord(
    ChildRow Child,
    HouseholdFlags? Flags,
    IReadOnlyList<MemberRow> Members,
    IReadOnlyList<CheckupRow> Checkups,
    IReadOnlyList<NurseryRow> Nurseries,
    IReadOnlyList<SchoolRow> Schools,
    IReadOnlyList<AttendanceRow> Attendance,
    IReadOnlyList<ConsultationRow> Consultations,
    IReadOnlyList<BenefitRow> Benefits,
    IReadOnlyList<MoveRow> Moves,
    IReadOnlyList<SourceRow> Sources,
    int LastPresentMonth);

/// <summary>The child and its last month on record.</summary>
public sealed record ChildRow(
    long ChildKey, int BirthYearMonth, int SchoolCohortYear, int SexCode, int MonthKey, int AgeMonths, int GradeCode, long HouseholdKey,
    int SourceCount, int IsResident, string DistrictCode, string DistrictName, string CityName, string FacilityName, string FacilityKind);

/// <summary>What is known of the household as a whole.</summary>
public sealed record HouseholdFlags(int MemberCount, int ChildCount, int AdultCount, int IsSingleParent, int HasGrandparent);

/// <summary>One member of the household; <c>TieCode</c> says how it is related to the child, empty where no tie is known.</summary>
public sealed record MemberRow(
    long PersonKey, long HouseholdKey, string RelationCode, int IsHead, DateOnly ValidFrom, int SexCode, int BirthYearMonth, string TieCode);

/// <summary>One check-up due.</summary>
public sealed record CheckupRow(
    string CheckupType, DateOnly DueDate, DateOnly? VisitDate, int IsAttended, string JudgementCode, int? CariesCount, int? ReminderCount);

/// <summary>One stay in a nursery.</summary>
public sealed record NurseryRow(string FacilityName, string LeaveReasonCode, DateOnly ValidFrom, DateOnly ValidTo);

/// <summary>One enrolment at a school.</summary>
public sealed record SchoolRow(string FacilityName, int SchoolYear, int GradeCode, string ClassKind, DateOnly ValidFrom, DateOnly ValidTo);

/// <summary>One month at school.</summary>
/// <param name="MonthKey">The month as yyyymm.</param>
/// <param name="EnrolledDays">Days on which the child should have come.</param>
/// <param name="AbsentDays">Days on which it did not.</param>
/// <param name="LateDays">Days on which it came late.</param>
/// <param name="WasPresent">1 where it was there on some day of the month.</param>
public sealed record AttendanceRow(int MonthKey, int EnrolledDays, int AbsentDays, int LateDays, int WasPresent);

/// <summary>One family consultation.</summary>
public sealed record ConsultationRow(
    DateOnly ReceivedDate, string ConsultationType, string RouteCode, string UrgencyCode, DateOnly? SafetyCheckDate, string DecisionCode,
    DateOnly? DecisionDate, DateOnly? ClosedDate);

/// <summary>One benefit spell.</summary>
public sealed record BenefitRow(string BenefitCode, string PaymentClass, DateOnly ValidFrom, DateOnly ValidTo);

/// <summary>One event of the resident register.</summary>
public sealed record MoveRow(string MoveCode, DateOnly MoveDate);

/// <summary>The last file of one feed.</summary>
public sealed record SourceRow(string Feed, DateOnly PeriodTo, DateTime ExtractedUtc, long LoadId, long FileCount);

/// <summary>One score; no probability: people see bands and counts.</summary>
public sealed record ScoreRow(
    long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc, string BandCode, int? ListRank, int IsWithheld, string WithheldCode,
    int SourceCount, long? SimilarCount, long? SimilarPositiveCount);

/// <summary>One reason of a score; those of one group overlap and are read as one.</summary>
public sealed record ReasonRow(
    string SideCode, int ReasonRank, long RuleKey, double Weight, int? GroupRank, string RuleCode, string TextJa, string Departments, long CoveredCount,
    long PositiveCount, double? RateLow, double? RateHigh, double? StabilityShare, string FeatureNameJa, string FeatureDepartment);

/// <summary>The identity of one person, to print.</summary>
public sealed record IdentityRow(long PersonKey, string? NameKanji, string? NameKana, DateOnly? BirthDate, int SexCode, string? Address);

/// <summary>One child of the worklist; pseudonymous.</summary>
public sealed record ListRow(long ChildKey, DateOnly SnapshotDate, DateTime AsKnownUtc, int ListRank, int SourceCount);
