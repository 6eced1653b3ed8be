using System.Globalization;

namespace Warehouse.Model.Features;

/// <summary>Computes the value of each catalogued feature from what is known about a child; pure.</summary>
/// <remarks>
/// Nulls: NaN or null is "not recorded" or "does not apply". Absence from a register that lists every case (allowance, nursery for
/// the ages it serves, consultation, benefits and services) is a no or a zero, not a missing value.
/// </remarks>
public static class FeatureValues
{
    // Months after the birth by which every newborn has been visited.
    private const int HomeVisitMonths = 5;

    // Situations that a feature may ask for; "applies_to" in the catalogue names them.
    private static readonly Dictionary<string, Func<ChildFacts, bool>> Situations = new(StringComparer.Ordinal)
    {
        ["preschool"] = f => f.Stage == "preschool",
        ["elementary"] = f => f.Stage == "elementary",
        ["junior"] = f => f.Stage == "junior",
        ["age_2_5"] = f => f.Stage == "preschool" && f.AgeYears >= 2,
        ["age_3_5"] = f => f.Stage == "preschool" && f.AgeYears >= 3,
        ["nursery"] = f => f.Stage == "preschool" && f.Nursery?.IsInNursery == 1,
        ["elder_sibling"] = f => f.Sibling is not null,
        ["settled"] = Lived12m,
        ["moved_in"] = f => f.Residence?.LastMoveInDate is not null,
        ["allowance"] = f => f.Allowance?.HasAllowance == 1,
        ["consulted"] = f => f.Consultation?.LastConsultationDate is not null,
    };

    private static readonly Dictionary<string, Func<ChildFacts, double>> Numbers = new(StringComparer.Ordinal)
    {
        ["age_years"] = f => f.AgeYears,
        ["age_months"] = f => f.Snapshot.AgeMonths(f.Population.BirthYearMonth),
        ["grade"] = f => f.Grade is >= 1 and <= 9 ? f.Grade : double.NaN,
        ["months_since_move_in"] = f => MonthsSince(f, f.Residence?.LastMoveInDate),
        ["move_count_24m"] = f => f.Residence?.MoveCount24m ?? 0,
        ["child_count"] = f => Number(f.Household?.ChildCount),
        ["adult_count"] = f => Number(f.Household?.AdultCount),
        ["months_since_allowance"] = f => MonthsSince(f, f.Allowance?.AllowanceFromDate),
        ["nursery_change_24m"] = f => f.Stage == "preschool" ? f.Nursery?.NurseryChange24m ?? 0 : double.NaN,
        ["checkup_missed_count"] = f => Number(f.Checkup?.CheckupMissedCount),
        ["checkup_reminder_count"] = f => Number(f.Checkup?.CheckupReminderCount),
        ["caries_count"] = f => Number(f.Checkup?.CariesCount),
        ["school_change_24m"] = f => Number(f.School?.SchoolChange24m),
        ["absent_days_3m"] = f => Number(f.Attendance?.AbsentDays3m),
        ["absent_days_6m"] = f => Number(f.Attendance?.AbsentDays6m),
        ["absent_days_12m"] = f => Number(f.Attendance?.AbsentDays12m),
        ["absent_percent_12m"] = f => Percent(f.Attendance?.AbsentDays12m, f.Attendance?.EnrolledDays12m),
        ["absent_percent_change_6m"] = f => Percent(f.Attendance?.AbsentDays6m, f.Attendance?.EnrolledDays6m)
            - Percent(f.Attendance?.AbsentDays12m - f.Attendance?.AbsentDays6m, f.Attendance?.EnrolledDays12m - f.Attendance?.EnrolledDays6m),
        ["late_days_12m"] = f => Number(f.Attendance?.LateDays12m),
        ["early_leave_days_12m"] = f => Number(f.Attendance?.EarlyLeaveDays12m),
        ["absent_unknown_days_12m"] = f => f.Attendance is null ? double.NaN : f.AbsenceReason?.AbsentUnknownDays12m ?? 0,
        ["absent_pain_days_12m"] = f => f.Attendance is null ? double.NaN : f.AbsenceReason?.AbsentPainDays12m ?? 0,
        ["consultation_other_count"] = f => f.Consultation?.ConsultationOtherCount ?? 0,
        ["consultation_own_count"] = f => f.Consultation?.ConsultationOwnCount ?? 0,
        ["months_since_consultation"] = f => MonthsSince(f, f.Consultation?.LastConsultationDate),
        ["support_service_uses_12m"] = f => f.Service?.ServiceUses12m ?? 0,
        ["medical_months_12m"] = f => Lived12m(f) ? f.Service?.MedicalMonths12m ?? 0 : double.NaN,
        ["dental_months_12m"] = f => Lived12m(f) ? f.Service?.DentalMonths12m ?? 0 : double.NaN,
        ["livelihood_count_24m"] = f => f.Livelihood?.LivelihoodCount24m ?? 0,
        ["pregnancy_notice_week"] = f => Number(f.Pregnancy?.PregnancyNoticeWeek),
        ["epds_score"] = f => Number(f.Pregnancy?.EpdsScore),
        ["vaccine_dose_count"] = f => f.Stage == "preschool" && HasGrownUpHere(f) ? Number(f.Vaccination?.VaccineDoseCount) : double.NaN,
        ["nursery_absent_days_6m"] = f => Number(f.NurseryAttendance?.NurseryAbsentDays6m),
        ["nursery_no_contact_days_6m"] = f => Number(f.NurseryAttendance?.NurseryNoContactDays6m),
        ["nursery_late_pickup_days_6m"] = f => Number(f.NurseryAttendance?.NurseryLatePickupDays6m),
        ["nurse_visit_count_12m"] = f => AtSchool(f, f.NurseVisit?.NurseVisitCount12m),
        ["nurse_stomach_count_12m"] = f => AtSchool(f, f.NurseVisit?.NurseStomachCount12m),
        ["nurse_headache_count_12m"] = f => AtSchool(f, f.NurseVisit?.NurseHeadacheCount12m),
        ["nurse_talk_count_12m"] = f => AtSchool(f, f.NurseVisit?.NurseTalkCount12m),
        ["test_deviation"] = f => f.TestScore?.TestDeviation ?? double.NaN,
        ["test_deviation_change"] = f => f.TestScore?.TestDeviationChange ?? double.NaN,
        ["self_esteem"] = f => Number(f.TestScore?.SelfEsteem),
        ["bullied_count_24m"] = f => AtSchool(f, f.Guidance?.BulliedCount24m),
        ["conduct_count_24m"] = f => AtSchool(f, f.Guidance?.ConductCount24m),
        ["untreated_teeth"] = f => Number(f.SchoolHealth?.UntreatedTeeth),
        ["obesity_percent"] = f => f.SchoolHealth?.ObesityPercent ?? double.NaN,
        ["counselling_own_count_12m"] = f => AtSchool(f, f.Counselling?.CounsellingOwnCount12m),
        ["counselling_school_count_12m"] = f => AtSchool(f, f.Counselling?.CounsellingSchoolCount12m),
        ["mood_low_percent_3m"] = f => Percent(f.Mood?.MoodLowDays3m, f.Mood?.MoodEntryDays3m),
        ["elder_absent_days_12m"] = f => Number(f.Sibling?.ElderAbsentDays12m),
    };

    private static readonly Dictionary<string, Func<ChildFacts, string?>> Categories = new(StringComparer.Ordinal)
    {
        ["sex_code"] = f => f.Population.SexCode == 0 ? null : f.Population.SexCode.ToString(CultureInfo.InvariantCulture),
        ["stage"] = f => f.Stage,
        ["is_foreign_roots"] = f => Flag(f.Population.IsForeign),
        ["district"] = f => f.Population.DistrictCode.Length == 0 ? null : f.Population.DistrictCode,
        ["is_in_move_24m"] = f => Flag(f.Residence?.LastMoveInDate is { } date && date > f.Snapshot.Date.AddMonths(-24) ? 1 : 0),
        ["is_single_parent"] = f => Flag(f.Household?.IsSingleParent),
        ["has_grandparent"] = f => Flag(f.Household?.HasGrandparent),
        ["household_changed_12m"] = f => Flag(f.Household?.HouseholdChanged12m),
        ["has_infant"] = f => Flag(f.Household?.HasInfant),
        ["has_allowance"] = f => Flag(f.Allowance?.HasAllowance ?? 0),
        ["allowance_class"] = f => f.Allowance?.AllowanceClass,
        ["allowance_reason"] = f => f.Allowance?.AllowanceReason,
        ["allowance_ended_12m"] = f => Flag(f.Allowance?.AllowanceEnded12m ?? 0),
        ["is_in_nursery"] = f => f.Stage == "preschool" ? Flag(f.Nursery?.IsInNursery ?? 0) : null,
        ["left_nursery_family_12m"] = f => f.Stage == "preschool" ? Flag(f.Nursery?.LeftNurseryFamily12m ?? 0) : null,
        ["is_not_enrolled_3_5"] = f => f.Stage == "preschool" && f.AgeYears >= 3 ? Flag(1 - (f.Nursery?.IsInNursery ?? 0)) : null,
        ["is_checkup_3m_missed"] = f => Flag(f.Checkup?.IsCheckup3mMissed),
        ["is_checkup_18m_missed"] = f => Flag(f.Checkup?.IsCheckup18mMissed),
        ["is_checkup_36m_missed"] = f => Flag(f.Checkup?.IsCheckup36mMissed),
        ["checkup_judgement"] = f => f.Checkup?.CheckupJudgement,
        ["class_kind"] = f => f.School?.ClassKind,
        ["has_school_aid"] = f => f.Grade is >= 1 and <= 9 ? Flag(f.Benefit?.HasSchoolAid ?? 0) : null,
        ["has_public_assistance"] = f => Flag(f.Benefit?.HasPublicAssistance ?? 0),
        ["is_child_allowance_stopped"] = f => Flag(f.Benefit?.IsAllowanceStopped ?? 0),
        ["has_disability_service"] = f => Flag(f.Benefit?.HasDisabilityService ?? 0),
        ["has_disability_certificate"] = f => Flag(f.Benefit?.HasDisabilityCertificate ?? 0),
        ["care_need_in_household"] = f => Flag(f.Livelihood?.HasCareNeed ?? 0),
        ["household_tax_class"] = f => f.Livelihood?.TaxClassRank switch { 1 => "exempt", 2 => "per_capita", 3 => "income", _ => null },
        ["has_arrears_12m"] = f => Flag(f.Livelihood?.HasArrears ?? 0),
        ["is_home_visit_missed"] = f => f.Pregnancy is { } p && f.Snapshot.AgeMonths(f.Population.BirthYearMonth) >= HomeVisitMonths ? Flag(1 - p.IsHomeVisited) : null,
        ["has_hospital_notice"] = f => Flag(f.Pregnancy?.HasHospitalNotice),
        ["postnatal_care_used"] = f => Flag(f.Pregnancy?.PostnatalCareUsed),
        ["pregnancy_feeling"] = f => f.Pregnancy?.PregnancyFeeling,
        ["is_measles_vaccine_missed"] = f => f.AgeYears is >= 2 and <= 5 && HasGrownUpHere(f) && f.Vaccination is { } v ? Flag(v.MeaslesDoseCount == 0 ? 1 : 0) : null,
        ["breakfast"] = f => f.TestScore?.Breakfast,
        ["is_advice_not_followed"] = f => Flag(f.SchoolHealth?.AdviceNotFollowed),
        ["support_centre_used_12m"] = f => f.Grade is >= 1 and <= 9 ? Flag(f.Counselling?.SupportCentreUsed12m ?? 0) : null,
    };

    /// <summary>Whether a situation of that name is known.</summary>
    public static bool HasSituation(string name) => Situations.ContainsKey(name);

    /// <summary>Whether a feature can say anything about a child: true where it names no situation, or the child is in one of them.</summary>
    public static bool Applies(FeatureEntry feature, ChildFacts facts) =>
        feature.AppliesTo.Count == 0 || feature.AppliesTo.Any(situation => Situations[situation](facts));

    /// <summary>All names that can be computed.</summary>
    public static IEnumerable<string> Names => Numbers.Keys.Concat(Categories.Keys);

    /// <summary>Tells whether a feature of that name can be computed.</summary>
    public static bool Has(string name) => Numbers.ContainsKey(name) || Categories.ContainsKey(name);

    /// <summary>Returns the value of a number feature; NaN when it is missing.</summary>
    public static double Number(string name, ChildFacts facts) => Numbers[name](facts);

    /// <summary>Returns the value of a category feature; null when it is missing.</summary>
    public static string? Category(string name, ChildFacts facts) => Categories[name](facts);

    // A child who was born or moved in within the year had fewer months in which to be seen.
    private static bool Lived12m(ChildFacts facts) => facts.Snapshot.AgeMonths(facts.Population.BirthYearMonth) >= 12
        && !(facts.Residence?.LastMoveInDate is { } date && date > facts.Snapshot.Date.AddMonths(-12));

    // Schools list each visit, incident and session: none on record is none.
    private static double AtSchool(ChildFacts facts, int? count) => facts.Grade is >= 1 and <= 9 && facts.School is not null ? count ?? 0 : double.NaN;

    // Of a child who came after the first birthday, another city may have the doses.
    private static bool HasGrownUpHere(ChildFacts facts) => facts.Residence?.LastMoveInDate is not { } date
        || facts.Snapshot.AgeMonths(facts.Population.BirthYearMonth) - facts.Snapshot.MonthsSince(date) < 12;

    private static double Number(int? value) => value ?? double.NaN;

    private static string? Flag(int? value) => value switch
    {
        null => null,
        0 => "0",
        _ => "1",
    };

    private static double MonthsSince(ChildFacts facts, DateOnly? date) => date is { } known ? facts.Snapshot.MonthsSince(known) : double.NaN;

    private static double Percent(int? part, int? whole) => part is { } p && whole is { } w && w > 0 ? Math.Round(100.0 * p / w, 1) : double.NaN;
}
