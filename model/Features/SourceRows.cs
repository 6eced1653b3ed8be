namespace Warehouse.Model.Features;

/// <summary>Row of <c>query/features_pregnancy</c>.</summary>
public sealed record PregnancyRow(
    long ChildKey, int PregnancyNoticeWeek, int IsHomeVisited, int PostnatalCareUsed, int HasHospitalNotice, int? EpdsScore, string? PregnancyFeeling) : IChildRow;

/// <summary>Row of <c>query/features_vaccination</c>.</summary>
public sealed record VaccinationRow(long ChildKey, int VaccineDoseCount, int MeaslesDoseCount) : IChildRow;

/// <summary>Row of <c>query/features_nursery_attendance</c>.</summary>
public sealed record NurseryAttendanceRow(long ChildKey, int NurseryAbsentDays6m, int NurseryNoContactDays6m, int NurseryLatePickupDays6m) : IChildRow;

/// <summary>Row of <c>query/features_nurse_visit</c>.</summary>
public sealed record NurseVisitRow(long ChildKey, int NurseVisitCount12m, int NurseStomachCount12m, int NurseHeadacheCount12m, int NurseTalkCount12m) : IChildRow;

/// <summary>Row of <c>query/features_test_score</c>.</summary>
public sealed record TestScoreRow(long ChildKey, double? TestDeviation, double? TestDeviationChange, int? SelfEsteem, string? Breakfast) : IChildRow;

/// <summary>Row of <c>query/features_guidance</c>.</summary>
public sealed record GuidanceRow(long ChildKey, int BulliedCount24m, int ConductCount24m) : IChildRow;

/// <summary>Row of <c>query/features_school_health</c>.</summary>
public sealed record SchoolHealthRow(long ChildKey, int? UntreatedTeeth, double? ObesityPercent, int AdviceNotFollowed) : IChildRow;

/// <summary>Row of <c>query/features_counselling</c>.</summary>
public sealed record CounsellingRow(long ChildKey, int CounsellingOwnCount12m, int CounsellingSchoolCount12m, int SupportCentreUsed12m) : IChildRow;

/// <summary>Row of <c>query/features_mood</c>.</summary>
public sealed record MoodRow(long ChildKey, int MoodEntryDays3m, int MoodLowDays3m) : IChildRow;

/// <summary>Row of <c>query/features_sibling</c>.</summary>
public sealed record SiblingRow(long ChildKey, int ElderAbsentDays12m) : IChildRow;
