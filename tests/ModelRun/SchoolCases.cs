namespace Warehouse.Tests.ModelRun;

/// <summary>Facts and expected features of the sources about pregnancy, vaccination, nursery days and school records; the date is 2024-04-01, the child 7.</summary>
internal static class SchoolCases
{
    private const long Key = 7;

    public static IReadOnlyDictionary<string, Action<FactWriter>> Facts { get; } = new Dictionary<string, Action<FactWriter>>(StringComparer.Ordinal)
    {
        ["late notice, no visit"] = w => Pregnancy(w, "2020-01-10", 24, null, epds: 11, feeling: "troubled"),
        ["early notice, visit and care"] = w => Pregnancy(w, "2019-10-10", 8, "2020-06-10", care: "used", notice: "given"),
        ["visit after the date"] = w => Pregnancy(w, "2019-10-10", 8, "2024-05-10"),
        ["notice long ago"] = w => Pregnancy(w, "2014-01-10", 24, null),
        ["vaccinated in time"] = w => Vaccination(Vaccination(Vaccination(w, Key, "hib", 1, "2020-07-10"), Key, "mr", 1, "2021-06-10"), 8, "hib", 1, "2019-04-10"),
        ["others vaccinated"] = w => Vaccination(w, 8, "hib", 1, "2019-04-10"),
        ["others vaccinated later"] = w => Vaccination(w, 8, "hib", 1, "2020-08-10"),
        ["moved in after the first birthday"] = w => Vaccination(w.Move(Key, "move_in", "2022-10-20"), 8, "hib", 1, "2019-04-10"),
        ["strained nursery days"] = w => Nursery(Nursery(Nursery(w, 202309, 9, 9, 9), 202310, 3, 1, 2), 202403, 4, 2, 0),
        ["nurse"] = w => Nurse(Nurse(Nurse(Nurse(Nurse(w.School(Key, "2022-04-01"), "2024-03-01", "stomach"), "2023-04-01", "stomach"), "2023-06-01", "headache"), "2023-07-01", "distress", "talk"), "2023-03-31", "stomach"),
        ["at school"] = w => w.School(Key, "2022-04-01"),
        ["survey"] = w => Survey(Survey(Survey(w, 2022, "japanese", 60, null, 4, "daily"), 2023, "japanese", 50, -10, 1, "never"), 2023, "mathematics", 41, -5, 1, "never"),
        ["survey long ago"] = w => Survey(w, 2021, "japanese", 60, null, 4, "daily"),
        ["incidents"] = w => Incident(Incident(Incident(w.School(Key, "2022-04-01"), "2023-05-10", "target"), "2024-02-10", "actor"), "2022-03-10", "target"),
        ["checks"] = w => Exam(Exam(w, 2022, "2022-05-10", 5, 30, "dental", null), 2023, "2023-05-10", 3, -2.5m, "dental", null),
        ["check, dentist seen"] = w => Exam(w, 2023, "2023-05-10", 1, 4, "dental", "2023-07-01"),
        ["counselled"] = w => Session(Session(Session(w.School(Key, "2022-04-01"), "2023-10-10", "support_centre", "guardian"), "2023-11-10", "counsellor", "school"), "2023-03-10", "counsellor", "child"),
        ["moods"] = w => Mood(Mood(Mood(w, 202402, 15, 2, 1), 202403, 15, 2, 1), 202312, 10, 10, 0),
        ["brother stays at home"] = w => w.Person(60, 201205).Member(900, 60, "2012-05-01").Month(60, 202310, absent: 18).Month(60, 202311, absent: 14).Month(60, 202303, absent: 9),
        ["younger sister stays at home"] = w => w.Person(60, 201605).Member(900, 60, "2016-05-01").Month(60, 202310, absent: 18),
        ["brother moved out"] = w => w.Person(60, 201205).Member(900, 60, "2012-05-01", "2024-01-01").Month(60, 202310, absent: 18),
    };

    public static TheoryData<string, int, string, string> Cases => new()
    {
        { "late notice, no visit", 202005, "pregnancy_notice_week", "24" },
        { "late notice, no visit", 202005, "is_home_visit_missed", "1" },
        { "late notice, no visit", 202312, "is_home_visit_missed", "" },
        { "late notice, no visit", 202005, "epds_score", "11" },
        { "late notice, no visit", 202005, "pregnancy_feeling", "troubled" },
        { "late notice, no visit", 202005, "postnatal_care_used", "0" },
        { "early notice, visit and care", 202005, "pregnancy_notice_week", "8" },
        { "early notice, visit and care", 202005, "is_home_visit_missed", "0" },
        { "early notice, visit and care", 202005, "postnatal_care_used", "1" },
        { "early notice, visit and care", 202005, "has_hospital_notice", "1" },
        { "visit after the date", 202005, "is_home_visit_missed", "1" },
        { "notice long ago", 201405, "pregnancy_notice_week", "" },
        { "nothing", 202005, "is_home_visit_missed", "" },
        { "vaccinated in time", 202005, "is_measles_vaccine_missed", "0" },
        { "vaccinated in time", 202005, "vaccine_dose_count", "2" },
        { "others vaccinated", 202005, "is_measles_vaccine_missed", "1" },
        { "others vaccinated", 202205, "is_measles_vaccine_missed", "" },
        { "others vaccinated", 201805, "is_measles_vaccine_missed", "" },
        { "others vaccinated later", 202005, "is_measles_vaccine_missed", "" },
        { "moved in after the first birthday", 202005, "is_measles_vaccine_missed", "" },
        { "moved in after the first birthday", 202005, "vaccine_dose_count", "" },
        { "strained nursery days", 202005, "nursery_absent_days_6m", "7" },
        { "strained nursery days", 202005, "nursery_no_contact_days_6m", "3" },
        { "strained nursery days", 202005, "nursery_late_pickup_days_6m", "2" },
        { "nothing", 202005, "nursery_absent_days_6m", "" },
        { "nurse", 201405, "nurse_visit_count_12m", "4" },
        { "nurse", 201405, "nurse_stomach_count_12m", "2" },
        { "nurse", 201405, "nurse_headache_count_12m", "1" },
        { "nurse", 201405, "nurse_talk_count_12m", "1" },
        { "at school", 201405, "nurse_visit_count_12m", "0" },
        { "nothing", 201405, "nurse_visit_count_12m", "" },
        { "survey", 201205, "test_deviation", "45.5" },
        { "survey", 201205, "test_deviation_change", "-7.5" },
        { "survey", 201205, "self_esteem", "1" },
        { "survey", 201205, "breakfast", "never" },
        { "survey long ago", 201205, "test_deviation", "" },
        { "incidents", 201405, "bullied_count_24m", "1" },
        { "incidents", 201405, "conduct_count_24m", "1" },
        { "at school", 201405, "bullied_count_24m", "0" },
        { "checks", 201405, "untreated_teeth", "3" },
        { "checks", 201405, "obesity_percent", "-2.5" },
        { "checks", 201405, "is_advice_not_followed", "1" },
        { "check, dentist seen", 201405, "is_advice_not_followed", "0" },
        { "counselled", 201405, "counselling_own_count_12m", "1" },
        { "counselled", 201405, "counselling_school_count_12m", "1" },
        { "counselled", 201405, "support_centre_used_12m", "1" },
        { "at school", 201405, "support_centre_used_12m", "0" },
        { "moods", 201405, "mood_low_percent_3m", "20" },
        { "brother stays at home", 201405, "elder_absent_days_12m", "32" },
        { "younger sister stays at home", 201405, "elder_absent_days_12m", "" },
        { "brother moved out", 201405, "elder_absent_days_12m", "" },
    };

    private static FactWriter Pregnancy(FactWriter w, string notified, int week, string? visit, short? epds = null, string feeling = "none", string care = "none", string notice = "none") => w.Fact(
        "fact.pregnancy", 50, ("child_key", Key), ("child_record_key", Key), ("birth_branch", (short)1), ("notified_date", FactWriter.Day(notified)), ("week_count", (short)week),
        ("expected_year_month", 202005), ("marital_code", "married"), ("feeling_code", feeling), ("antenatal_count", null), ("epds_score", epds),
        ("postnatal_care_code", care), ("home_visit_date", visit is null ? null : FactWriter.Day(visit)), ("notice_code", notice));

    private static FactWriter Vaccination(FactWriter w, long key, string vaccine, short dose, string date) =>
        w.Fact("fact.vaccination", key, ("vaccine_code", vaccine), ("dose_number", dose), ("vaccination_date", FactWriter.Day(date)));

    private static FactWriter Nursery(FactWriter w, int month, short absent, short silent, short late) => w.Fact(
        "fact.nursery_attendance_month", Key, ("facility_key", 1), ("month_key", month), ("listed_days", (short)20), ("absent_days", absent), ("illness_days", (short)0),
        ("no_contact_days", silent), ("late_days", (short)0), ("early_leave_days", (short)0), ("extended_days", (short)0), ("late_pickup_days", late));

    private static FactWriter Nurse(FactWriter w, string date, string complaint, string category = "internal") => w.Fact(
        "fact.nurse_visit", Key, ("facility_key", 1), ("visit_date", FactWriter.Day(date)), ("visit_time", (short)1015), ("category_code", category), ("complaint_code", complaint),
        ("treatment_code", "none"), ("early_leave_code", "no"));

    private static FactWriter Survey(FactWriter w, int year, string subject, decimal score, decimal? change, short esteem, string breakfast) => w.Fact(
        "fact.test_score", Key, ("facility_key", 1), ("school_year", year), ("grade_code", (short)6), ("subject_code", subject), ("correct_percent", 50m), ("level_code", (short)5),
        ("deviation_score", score), ("deviation_change", change), ("breakfast_code", breakfast), ("bedtime_code", "none"), ("self_esteem_code", esteem));

    private static FactWriter Incident(FactWriter w, string date, string role) => w.Fact(
        "fact.guidance", Key, ("facility_key", 1), ("noticed_date", FactWriter.Day(date)), ("kind_code", "bullying"), ("role_code", role), ("form_code", "verbal"), ("status_code", "open"),
        ("resolved_date", null));

    private static FactWriter Exam(FactWriter w, int year, string date, short teeth, decimal obesity, string advice, string? report) => w.Fact(
        "fact.school_health", Key, ("facility_key", 1), ("school_year", year), ("exam_date", FactWriter.Day(date)), ("height_cm", 130m), ("weight_kg", 30m), ("obesity_percent", obesity),
        ("vision_code", "a"), ("untreated_teeth", teeth), ("treated_teeth", (short)0), ("advice_code", advice), ("report_date", report is null ? null : FactWriter.Day(report)));

    private static FactWriter Session(FactWriter w, string date, string channel, string requester) => w.Fact(
        "fact.counselling", Key, ("session_date", FactWriter.Day(date)), ("channel_code", channel), ("topic_code", "family"), ("requester_code", requester), ("status_code", "none"));

    private static FactWriter Mood(FactWriter w, int month, short entries, short rain, short thunder) => w.Fact(
        "fact.mood_month", Key, ("facility_key", 1), ("month_key", month), ("entry_days", entries), ("cloudy_days", (short)0), ("rain_days", rain), ("thunder_days", thunder));
}
