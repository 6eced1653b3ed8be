using System.Globalization;
using Warehouse.Model.Features;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.ModelRun;

/// <summary>Each feature says what its name says, from what was known at the snapshot.</summary>
public sealed class FeatureTests
{
    private const long Key = 7;

    // A pupil of the fourth grade, and a child of three, at this date.
    private static readonly DateOnly Date = new(2024, 4, 1);

    private static readonly Dictionary<string, Action<FactWriter>> Facts = new(SchoolCases.Facts, StringComparer.Ordinal)
    {
        ["nothing"] = _ => { },
        ["moved in 5 months ago"] = w => w.Move(Key, "move_in", "2023-10-20"),
        ["moved in long ago"] = w => w.Move(Key, "move_in", "2010-10-20"),
        ["moved twice"] = w => w.Move(Key, "move_in", "2022-10-20").Move(Key, "move_within", "2023-02-01").Move(Key, "move_within", "2021-02-01"),
        ["single parent"] = w => w.Household(900, children: 3, adults: 1, single: 1, grandparent: 0),
        ["was single, now with grandparent"] = w => w.Household(900, single: 1).Household(900, adults: 3, single: 0, grandparent: 1, from: "2023-01-01"),
        ["father left"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01", "2023-09-01"),
        ["father left before"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01", "2022-09-01"),
        ["grandmother came"] = w => w.Person(50, 195001).Member(900, 50, "2023-09-01"),
        ["sister came"] = w => w.Person(50, 201001).Member(900, 50, "2023-09-01"),
        ["baby born"] = w => w.Person(50, 202312).Member(900, 50, "2023-12-10"),
        ["moved to grandmother"] = w => w.Member(901, Key, "2000-01-01", "2023-11-01").Member(900, Key, "2023-11-01"),
        ["allowance runs"] = w => w.Allowance(Key, "2023-01-15", reason: "unmarried", payment: "partial"),
        ["allowance ended"] = w => w.Allowance(Key, "2020-01-15", "2023-12-31"),
        ["allowance ended long ago"] = w => w.Allowance(Key, "2018-01-15", "2020-12-31"),
        ["in nursery"] = w => w.Nursery(Key, "2022-04-01"),
        ["left nursery for family reasons"] = w => w.Nursery(Key, "2022-04-01", "2023-10-01", "family"),
        ["left nursery by moving"] = w => w.Nursery(Key, "2022-04-01", "2023-10-01", "moved_out"),
        ["changed nursery"] = w => w.Nursery(Key, "2022-04-01", "2023-10-01", "transfer").Nursery(Key, "2023-10-01", facility: 2),
        ["missed 18m"] = w => w.Checkup(Key, "m3", "2020-09-01", "2020-09-10", "healthy").Checkup(Key, "m18", "2022-01-10", reminders: 3),
        ["18m due a week ago"] = w => w.Checkup(Key, "m18", "2024-03-25"),
        ["18m made up late"] = w => w.Checkup(Key, "m18", "2022-01-10", "2023-01-10", "guidance", 2, 1),
        ["3y not yet due"] = w => w.Checkup(Key, "m36", "2024-06-01"),
        ["observed, then missed"] = w => w.Checkup(Key, "m18", "2022-01-10", "2022-01-10", "observe", 1).Checkup(Key, "m36", "2023-07-10"),
        ["check-up long ago"] = w => w.Checkup(Key, "m3", "2014-01-10"),
        ["special support"] = w => w.School(Key, "2022-04-01", "2023-04-01").School(Key, "2023-04-01", kind: "special_support"),
        ["changed school"] = w => w.School(Key, "2022-04-01", "2023-09-01").School(Key, "2023-09-01", facility: 2),
        ["absences"] = w =>
        {
            w.Month(Key, 202303, absent: 9).Month(Key, 202305, absent: 2, late: 1).Month(Key, 202310, absent: 4, late: 2, early: 1)
                .Month(Key, 202402, absent: 6).Month(Key, 202404, absent: 9);
            w.AbsentDay(Key, 20240201, reason: "unknown").AbsentDay(Key, 20240202, reason: "headache").AbsentDay(Key, 20240205, reason: "stomach")
                .AbsentDay(Key, 20240206, "late", "unknown").AbsentDay(Key, 20230331, reason: "unknown").AbsentDay(Key, 20240401, reason: "unknown");
        },
        ["two records of one pupil"] = w => w.Month(Key, 202402, enrolled: 10, absent: 3).Month(Key, 202402, enrolled: 10, absent: 1),
        ["school asked"] = w => w.Consultation(Key, "2023-03-31", closed: "2023-06-01"),
        ["mother asked"] = w => w.Consultation(Key, "2023-03-31", closed: "2023-06-01", route: "family"),
        ["asked long ago"] = w => w.Consultation(Key, "2018-03-31", closed: "2018-06-01"),
        ["asked on the day"] = w => w.Consultation(Key, "2024-04-01"),
        ["school aid"] = w => w.Benefit(Key, "school_aid", "2023-07-01", "2024-04-02"),
        ["school aid ended"] = w => w.Benefit(Key, "school_aid", "2022-07-01", "2024-04-01"),
        ["public assistance"] = w => w.Benefit(Key, "public_assistance", "2020-07-01"),
        ["child allowance runs"] = w => w.Benefit(Key, "child_allowance", "2020-07-01", status: "none"),
        ["child allowance stopped"] = w => w.Benefit(Key, "child_allowance", "2020-07-01", status: "stopped"),
        ["day service"] = w => w.Status(Key, "disability", "school_day_service", "2020-07-01"),
        ["certificate"] = w => w.Status(Key, "disability", "intellectual", "2020-07-01"),
        ["grandmother needs care"] = w => w.Person(50, 194001).Member(900, 50, "2000-01-01").Status(50, "care_need", "care_2", "2023-04-01", "2025-03-31"),
        ["grandmother needs care elsewhere"] = w => w.Person(50, 194001).Member(901, 50, "2000-01-01").Status(50, "care_need", "care_2", "2023-04-01"),
        ["grandmother needed care"] = w => w.Person(50, 194001).Member(900, 50, "2000-01-01").Status(50, "care_need", "care_2", "2021-04-01", "2023-03-31"),
        ["support centre"] = w => w.Service(Key, "2023-04-02", 3).Service(Key, "2024-04-01", 2).Service(Key, "2023-04-01", 9),
        ["doctor and dentist"] = w => w.Medical(Key, 202304).Medical(Key, 202305).Medical(Key, 202305, "pharmacy").Medical(Key, 202305, "dental").Medical(Key, 202303).Medical(Key, 202404),
        ["doctor, moved in"] = w => w.Medical(Key, 202402).Move(Key, "move_in", "2023-10-20"),
        ["mother asked about money"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01").Livelihood(50, "2022-04-01").Livelihood(50, "2023-04-01").Livelihood(50, "2021-04-01"),
        ["father pays tax, mother none"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01").Tax(50, 2023, "income").Tax(50, 2022, "exempt")
            .Person(51, 198001).Member(900, 51, "2000-01-01").Tax(51, 2023, "exempt"),
        ["mother pays no tax"] = w => w.Person(51, 198001).Member(900, 51, "2000-01-01").Tax(51, 2023, "exempt").Tax(51, 2025, "income"),
        ["in arrears"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01").Arrears(50, "2023-12-31", 1).Arrears(50, "2023-09-30", 0),
        ["arrears paid"] = w => w.Person(50, 198001).Member(900, 50, "2000-01-01").Arrears(50, "2023-12-31", 0).Arrears(50, "2023-09-30", 1),
    };

    public static TheoryData<string, int, string, string> Cases => [.. RegisterCases, .. SchoolCases.Cases];

    private static TheoryData<string, int, string, string> RegisterCases => new()
    {
        { "nothing", 201405, "age_years", "9" },
        { "nothing", 201404, "age_years", "9" },
        { "nothing", 201403, "age_years", "10" },
        { "nothing", 201405, "stage", "elementary" },
        { "nothing", 201405, "grade", "4" },
        { "nothing", 201703, "stage", "elementary" },
        { "nothing", 201704, "grade", "1" },
        { "nothing", 201804, "stage", "preschool" },
        { "nothing", 201804, "grade", "" },
        { "nothing", 201104, "grade", "7" },
        { "nothing", 200804, "stage", "older" },
        { "nothing", 201405, "sex_code", "1" },
        { "nothing", 201405, "months_since_move_in", "" },
        { "nothing", 201405, "is_in_move_24m", "0" },
        { "moved in 5 months ago", 201405, "months_since_move_in", "5" },
        { "moved in 5 months ago", 201405, "is_in_move_24m", "1" },
        { "moved in 5 months ago", 201405, "move_count_24m", "1" },
        { "moved in long ago", 201005, "months_since_move_in", "" },
        { "moved twice", 201405, "move_count_24m", "2" },
        { "moved twice", 201405, "months_since_move_in", "17" },
        { "single parent", 201405, "is_single_parent", "1" },
        { "single parent", 201405, "child_count", "3" },
        { "single parent", 201405, "adult_count", "1" },
        { "nothing", 201405, "is_single_parent", "" },
        { "was single, now with grandparent", 201405, "is_single_parent", "0" },
        { "was single, now with grandparent", 201405, "has_grandparent", "1" },
        { "nothing", 201405, "household_changed_12m", "0" },
        { "father left", 201405, "household_changed_12m", "1" },
        { "father left before", 201405, "household_changed_12m", "0" },
        { "grandmother came", 201405, "household_changed_12m", "1" },
        { "sister came", 201405, "household_changed_12m", "0" },
        { "baby born", 201405, "household_changed_12m", "0" },
        { "baby born", 201405, "has_infant", "1" },
        { "sister came", 201405, "has_infant", "0" },
        { "moved to grandmother", 201405, "household_changed_12m", "1" },
        { "nothing", 201405, "has_allowance", "0" },
        { "allowance runs", 201405, "has_allowance", "1" },
        { "allowance runs", 201405, "allowance_reason", "unmarried" },
        { "allowance runs", 201405, "allowance_class", "partial" },
        { "allowance runs", 201405, "months_since_allowance", "14" },
        { "allowance runs", 201405, "allowance_ended_12m", "0" },
        { "allowance ended", 201405, "has_allowance", "0" },
        { "allowance ended", 201405, "allowance_reason", "" },
        { "allowance ended", 201405, "allowance_ended_12m", "1" },
        { "allowance ended long ago", 201405, "allowance_ended_12m", "0" },
        { "in nursery", 202005, "is_in_nursery", "1" },
        { "in nursery", 202005, "is_not_enrolled_3_5", "0" },
        { "nothing", 202005, "is_not_enrolled_3_5", "1" },
        { "nothing", 202305, "is_not_enrolled_3_5", "" },
        { "in nursery", 201405, "is_in_nursery", "" },
        { "left nursery for family reasons", 202005, "left_nursery_family_12m", "1" },
        { "left nursery for family reasons", 202005, "is_in_nursery", "0" },
        { "left nursery by moving", 202005, "left_nursery_family_12m", "0" },
        { "changed nursery", 202005, "nursery_change_24m", "1" },
        { "in nursery", 202005, "nursery_change_24m", "0" },
        { "nothing", 202005, "nursery_change_24m", "0" },
        { "changed nursery", 202005, "is_in_nursery", "1" },
        { "missed 18m", 202005, "is_checkup_3m_missed", "0" },
        { "missed 18m", 202005, "is_checkup_18m_missed", "1" },
        { "missed 18m", 202005, "is_checkup_36m_missed", "" },
        { "missed 18m", 202005, "checkup_missed_count", "1" },
        { "missed 18m", 202005, "checkup_reminder_count", "3" },
        { "missed 18m", 202005, "checkup_judgement", "healthy" },
        { "18m due a week ago", 202005, "is_checkup_18m_missed", "" },
        { "18m due a week ago", 202005, "checkup_missed_count", "0" },
        { "18m made up late", 202005, "is_checkup_18m_missed", "0" },
        { "18m made up late", 202005, "caries_count", "2" },
        { "3y not yet due", 202005, "checkup_missed_count", "" },
        { "observed, then missed", 202005, "checkup_judgement", "observe" },
        { "check-up long ago", 201310, "is_checkup_3m_missed", "" },
        { "special support", 201405, "class_kind", "special_support" },
        { "special support", 201405, "school_change_24m", "0" },
        { "changed school", 201405, "school_change_24m", "1" },
        { "absences", 201405, "absent_days_3m", "6" },
        { "absences", 201405, "absent_days_6m", "10" },
        { "absences", 201405, "absent_days_12m", "12" },
        { "absences", 201405, "absent_percent_12m", "20" },
        { "absences", 201405, "absent_percent_change_6m", "15" },
        { "absences", 201405, "late_days_12m", "3" },
        { "absences", 201405, "early_leave_days_12m", "1" },
        { "absences", 201405, "absent_unknown_days_12m", "1" },
        { "absences", 201405, "absent_pain_days_12m", "2" },
        { "two records of one pupil", 201405, "absent_days_12m", "4" },
        { "nothing", 201405, "absent_days_12m", "" },
        { "nothing", 201405, "absent_unknown_days_12m", "" },
        { "nothing", 201405, "consultation_other_count", "0" },
        { "school asked", 201405, "consultation_other_count", "1" },
        { "school asked", 201405, "consultation_own_count", "0" },
        { "school asked", 201405, "months_since_consultation", "12" },
        { "mother asked", 201405, "months_since_consultation", "" },
        { "mother asked", 201405, "consultation_own_count", "1" },
        { "mother asked", 201405, "consultation_other_count", "0" },
        { "asked long ago", 201405, "consultation_other_count", "0" },
        { "asked on the day", 201405, "consultation_other_count", "0" },
        { "school aid", 201405, "has_school_aid", "1" },
        { "school aid ended", 201405, "has_school_aid", "0" },
        { "school aid", 202005, "has_school_aid", "" },
        { "public assistance", 201405, "has_public_assistance", "1" },
        { "nothing", 201405, "has_public_assistance", "0" },
        { "child allowance runs", 201405, "is_child_allowance_stopped", "0" },
        { "child allowance stopped", 201405, "is_child_allowance_stopped", "1" },
        { "child allowance stopped", 201405, "has_allowance", "0" },
        { "day service", 201405, "has_disability_service", "1" },
        { "certificate", 201405, "has_disability_service", "0" },
        { "certificate", 201405, "has_disability_certificate", "1" },
        { "grandmother needs care", 201405, "care_need_in_household", "1" },
        { "grandmother needs care elsewhere", 201405, "care_need_in_household", "0" },
        { "grandmother needed care", 201405, "care_need_in_household", "0" },
        { "support centre", 202205, "support_service_uses_12m", "5" },
        { "nothing", 202205, "support_service_uses_12m", "0" },
        { "doctor and dentist", 201405, "medical_months_12m", "2" },
        { "doctor and dentist", 201405, "dental_months_12m", "1" },
        { "nothing", 201405, "medical_months_12m", "0" },
        { "doctor, moved in", 201405, "medical_months_12m", "" },
        { "doctor and dentist", 202308, "dental_months_12m", "" },
        { "mother asked about money", 201405, "livelihood_count_24m", "2" },
        { "father pays tax, mother none", 201405, "household_tax_class", "income" },
        { "mother pays no tax", 201405, "household_tax_class", "exempt" },
        { "nothing", 201405, "household_tax_class", "" },
        { "in arrears", 201405, "has_arrears_12m", "1" },
        { "arrears paid", 201405, "has_arrears_12m", "0" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_feature_follows_from_the_facts(string facts, int birthMonth, string feature, string expected)
    {
        using FactWriter writer = new();
        if (facts == "moved to grandmother")
        {
            writer.Person(Key, birthMonth).Move(Key, "initial", "2000-01-01");
        }
        else
        {
            writer.Child(Key, birthMonth);
        }

        Facts[facts](writer);
        writer.Save();

        ChildFacts child = Read(writer, Snapshot.AtStartOf(Date)).Single(c => c.ChildKey == Key);

        Assert.Equal(expected, Text(child, feature));
    }

    [Fact]
    public void Every_feature_of_the_catalogue_is_computed_and_no_other()
    {
        Assert.Equal(
            FeatureCatalogue.Default.Entries.Select(e => e.Name).Order(StringComparer.Ordinal),
            FeatureValues.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_feature_has_a_case()
    {
        string[] unproved = ["age_months", "is_foreign_roots", "district"];

        Assert.Equal(
            FeatureCatalogue.Default.Entries.Select(e => e.Name).Except(unproved).Order(StringComparer.Ordinal),
            Cases.Select(row => row.Data.Item3).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("move_out", "2024-03-20", false)]
    [InlineData("death", "2024-03-20", false)]
    [InlineData("move_out", "2024-04-20", true)]
    [InlineData("name_change", "2024-03-20", true)]
    [InlineData("cancel_move_out", "2024-03-20", true)]
    public void Only_residents_of_the_day_are_rows(string move, string date, bool isThere)
    {
        using FactWriter writer = new();
        writer.Child(Key, 201405);
        if (move == "cancel_move_out")
        {
            writer.Move(Key, "move_out", date);
        }

        writer.Move(Key, move, date).Save();

        Assert.Equal(isThere, Read(writer, Snapshot.AtStartOf(Date)).Any(c => c.ChildKey == Key));
    }

    [Theory]
    [InlineData(200604, true)]
    [InlineData(200603, false)]
    public void A_child_is_under_eighteen(int birthMonth, bool isThere)
    {
        using FactWriter writer = new();
        writer.Child(Key, birthMonth).Save();

        Assert.Equal(isThere, Read(writer, Snapshot.AtStartOf(Date)).Any(c => c.ChildKey == Key));
    }

    [Theory]
    [EngineData]
    public void Facts_known_later_change_nothing(Engine engine)
    {
        using FactWriter writer = new(engine);
        Snapshot snapshot = Snapshot.AtStartOf(Date);
        DateTime later = snapshot.AsKnownUtc.AddTicks(TimeSpan.TicksPerMicrosecond);
        writer.Child(Key, 201405).Child(8, 202005).Household(900);
        writer.Month(Key, 202402, absent: 2).School(Key, "2022-04-01").Nursery(8, "2023-04-01");

        // Believed at the snapshot, corrected since.
        writer.Until = later;
        writer.Month(Key, 202401, absent: 3);
        writer.Save();
        string[] before = Values(writer, snapshot);

        writer.Until = FactWriter.Forever;
        writer.Known = later;
        foreach (Action<FactWriter> facts in Facts.Values)
        {
            facts(writer);
        }

        writer.Month(Key, 202401, absent: 9).Child(9, 201405).Person(Key, 201001).Move(Key, "move_out", "2024-01-01").Save();

        Assert.Equal(before, Values(writer, snapshot));
        Assert.Contains(before, v => v == "7 absent_days_12m 5");
        Assert.NotEqual(before, Values(writer, snapshot with { AsKnownUtc = later }));
    }

    [Fact]
    public void The_decision_and_what_follows_it_never_reach_a_feature()
    {
        string[] values = [.. new[] { "none", "continued", "council" }.Select(intake =>
        {
            using FactWriter writer = new();
            string decision = intake == "none" ? "none" : "need";
            writer.Child(Key, 201405)
                .Consultation(Key, "2023-10-01", decision, intake == "none" ? null : "2023-10-20", intake == "council" ? "2024-01-10" : null, intake: intake)
                .Save();
            return string.Join('\n', Values(writer, Snapshot.AtStartOf(Date)));
        })];

        Assert.Single(values.Distinct());
        Assert.Contains("consultation_other_count 1", values[0]);
    }

    [Fact]
    public void The_council_register_never_reaches_a_feature()
    {
        string[] values = [.. new[] { "", "none", "most_severe" }.Select(severity =>
        {
            using FactWriter writer = new();
            writer.Child(Key, 201405);
            if (severity.Length > 0)
            {
                writer.Council(Key, "2023-10-01", severity == "none" ? "2024-01-10" : null, severity);
            }

            writer.Save();
            return string.Join('\n', Values(writer, Snapshot.AtStartOf(Date)));
        })];

        Assert.Single(values.Distinct());
    }

    [Theory]
    [InlineData("nothing", 202005, "test_deviation_change", false)]
    [InlineData("nothing", 201405, "test_deviation_change", true)]
    [InlineData("nothing", 201104, "absent_days_3m", true)]
    [InlineData("nothing", 200804, "absent_days_3m", false)]
    [InlineData("nothing", 202005, "is_not_enrolled_3_5", true)]
    [InlineData("nothing", 202305, "is_not_enrolled_3_5", false)]
    [InlineData("nothing", 202205, "nursery_absent_days_6m", false)]
    [InlineData("in nursery", 202205, "nursery_absent_days_6m", true)]
    [InlineData("in nursery", 201405, "nursery_absent_days_6m", false)]
    [InlineData("nothing", 201405, "months_since_move_in", false)]
    [InlineData("moved in 5 months ago", 201405, "months_since_move_in", true)]
    [InlineData("nothing", 201405, "allowance_reason", false)]
    [InlineData("allowance runs", 201405, "allowance_reason", true)]
    [InlineData("nothing", 201405, "checkup_missed_count", false)]
    [InlineData("nothing", 202005, "checkup_missed_count", true)]
    [InlineData("nothing", 201405, "medical_months_12m", true)]
    [InlineData("doctor, moved in", 201405, "medical_months_12m", false)]
    [InlineData("nothing", 200804, "is_single_parent", true)]
    public void A_feature_applies_where_it_can_say_something(string facts, int birthMonth, string feature, bool applies)
    {
        using var writer = new FactWriter();
        writer.Child(Key, birthMonth);
        Facts[facts](writer);
        writer.Save();

        Assert.Equal(applies, FeatureValues.Applies(FeatureCatalogue.Default[feature], Assert.Single(Read(writer, Snapshot.AtStartOf(Date)))));
    }

    internal static IReadOnlyList<ChildFacts> Read(FactWriter writer, Snapshot snapshot)
    {
        using WarehouseSession session = writer.Session();
        return FeatureReader.Read(session, snapshot, FeatureCatalogue.Default);
    }

    internal static string[] Values(FactWriter writer, Snapshot snapshot) => [.. Read(writer, snapshot)
        .SelectMany(child => FeatureValues.Names.Select(name => $"{child.ChildKey} {name} {Text(child, name)}")
            .Append($"{child.ChildKey} source_count {child.SourceCount}"))];

    private static string Text(ChildFacts child, string feature) => FeatureCatalogue.Default[feature].ValueKind == "category"
        ? FeatureValues.Category(feature, child) ?? ""
        : FeatureValues.Number(feature, child) is var number && double.IsNaN(number) ? "" : number.ToString(CultureInfo.InvariantCulture);
}
