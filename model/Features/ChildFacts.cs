namespace Warehouse.Model.Features;

/// <summary>What is known about one child at a snapshot: one row of every feature query, null where it has none.</summary>
public sealed record ChildFacts
{
    /// <summary>The snapshot described.</summary>
    public required Snapshot Snapshot { get; init; }

    /// <summary>The child in the resident register.</summary>
    public required PopulationRow Population { get; init; }

    /// <summary>Moves.</summary>
    public ResidenceRow? Residence { get; init; }

    /// <summary>Household.</summary>
    public HouseholdRow? Household { get; init; }

    /// <summary>Child-rearing allowance.</summary>
    public AllowanceRow? Allowance { get; init; }

    /// <summary>Nursery.</summary>
    public NurseryRow? Nursery { get; init; }

    /// <summary>Infant check-ups.</summary>
    public CheckupRow? Checkup { get; init; }

    /// <summary>School enrolment.</summary>
    public SchoolRow? School { get; init; }

    /// <summary>School attendance.</summary>
    public AttendanceRow? Attendance { get; init; }

    /// <summary>Reasons of absence.</summary>
    public AbsenceReasonRow? AbsenceReason { get; init; }

    /// <summary>Earlier consultations.</summary>
    public ConsultationRow? Consultation { get; init; }

    /// <summary>Benefits, certificates and services of the welfare offices.</summary>
    public BenefitRow? Benefit { get; init; }

    /// <summary>Support services and visits to doctors.</summary>
    public ServiceRow? Service { get; init; }

    /// <summary>Care, consultations and dues of those who live with the child.</summary>
    public LivelihoodRow? Livelihood { get; init; }

    /// <summary>Pregnancy and home visit.</summary>
    public PregnancyRow? Pregnancy { get; init; }

    /// <summary>Vaccinations.</summary>
    public VaccinationRow? Vaccination { get; init; }

    /// <summary>Days in the nursery.</summary>
    public NurseryAttendanceRow? NurseryAttendance { get; init; }

    /// <summary>Visits to the school nurse.</summary>
    public NurseVisitRow? NurseVisit { get; init; }

    /// <summary>Yearly survey.</summary>
    public TestScoreRow? TestScore { get; init; }

    /// <summary>Incidents at school.</summary>
    public GuidanceRow? Guidance { get; init; }

    /// <summary>School health check.</summary>
    public SchoolHealthRow? SchoolHealth { get; init; }

    /// <summary>Counselling.</summary>
    public CounsellingRow? Counselling { get; init; }

    /// <summary>Daily mood.</summary>
    public MoodRow? Mood { get; init; }

    /// <summary>Older brothers and sisters.</summary>
    public SiblingRow? Sibling { get; init; }

    /// <summary>Number of feeds that know the child.</summary>
    public int SourceCount { get; init; }

    /// <summary>The child.</summary>
    public long ChildKey => Population.ChildKey;

    /// <summary>Household at the snapshot; children without one are groups of their own.</summary>
    public long GroupKey => Population.HouseholdKey != 0 ? Population.HouseholdKey : ~Population.ChildKey;

    /// <summary>School grade by birth month.</summary>
    public int Grade => Snapshot.Grade(Population.BirthYearMonth);

    /// <summary>Completed years of age.</summary>
    public int AgeYears => Snapshot.AgeMonths(Population.BirthYearMonth) / 12;

    /// <summary>preschool, elementary, junior or older.</summary>
    public string Stage => Grade switch
    {
        < 1 => "preschool",
        <= 6 => "elementary",
        <= 9 => "junior",
        _ => "older",
    };
}

/// <summary>Row of <c>query/features_population</c>.</summary>
public sealed record PopulationRow(long ChildKey, int BirthYearMonth, int SexCode, int IsForeign, long HouseholdKey, string DistrictCode);

/// <summary>Row of <c>query/features_residence</c>.</summary>
public sealed record ResidenceRow(long ChildKey, DateOnly? LastMoveInDate, int MoveCount24m) : IChildRow;

/// <summary>Row of <c>query/features_household</c>.</summary>
public sealed record HouseholdRow(
    long ChildKey, int? IsSingleParent, int? HasGrandparent, int? ChildCount, int? AdultCount, int HouseholdChanged12m, int HasInfant) : IChildRow;

/// <summary>Row of <c>query/features_allowance</c>.</summary>
public sealed record AllowanceRow(
    long ChildKey, int HasAllowance, string? AllowanceClass, string? AllowanceReason, DateOnly? AllowanceFromDate, int AllowanceEnded12m) : IChildRow;

/// <summary>Row of <c>query/features_nursery</c>.</summary>
public sealed record NurseryRow(long ChildKey, int IsInNursery, int LeftNurseryFamily12m, int NurseryChange24m) : IChildRow;

/// <summary>Row of <c>query/features_checkup</c>.</summary>
public sealed record CheckupRow(
    long ChildKey,
    int? IsCheckup3mMissed,
    int? IsCheckup18mMissed,
    int? IsCheckup36mMissed,
    int CheckupMissedCount,
    int CheckupReminderCount,
    string? CheckupJudgement,
    int? CariesCount) : IChildRow;

/// <summary>Row of <c>query/features_school</c>.</summary>
public sealed record SchoolRow(long ChildKey, string? ClassKind, int SchoolChange24m) : IChildRow;

/// <summary>Row of <c>query/features_attendance</c>.</summary>
public sealed record AttendanceRow(
    long ChildKey,
    int? AbsentDays3m,
    int? AbsentDays6m,
    int AbsentDays12m,
    int? EnrolledDays6m,
    int EnrolledDays12m,
    int LateDays12m,
    int EarlyLeaveDays12m) : IChildRow;

/// <summary>Row of <c>query/features_absence_reason</c>.</summary>
public sealed record AbsenceReasonRow(long ChildKey, int AbsentUnknownDays12m, int AbsentPainDays12m) : IChildRow;

/// <summary>Row of <c>query/features_consultation</c>.</summary>
public sealed record ConsultationRow(long ChildKey, int ConsultationOtherCount, int ConsultationOwnCount, DateOnly? LastConsultationDate) : IChildRow;

/// <summary>Row of <c>query/features_benefit</c>.</summary>
public sealed record BenefitRow(
    long ChildKey, int HasSchoolAid, int HasPublicAssistance, int IsAllowanceStopped, int HasDisabilityService, int HasDisabilityCertificate) : IChildRow;

/// <summary>Row of <c>query/features_service</c>.</summary>
public sealed record ServiceRow(long ChildKey, int ServiceUses12m, int MedicalMonths12m, int DentalMonths12m) : IChildRow;

/// <summary>Row of <c>query/features_livelihood</c>.</summary>
public sealed record LivelihoodRow(long ChildKey, int HasCareNeed, int LivelihoodCount24m, int? TaxClassRank, int HasArrears) : IChildRow;

/// <summary>Row of <c>query/features_source</c>.</summary>
public sealed record SourceRow(long ChildKey, int SourceCount) : IChildRow;

/// <summary>A row about one child.</summary>
public interface IChildRow
{
    /// <summary>The child.</summary>
    long ChildKey { get; }
}
