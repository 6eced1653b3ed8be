using System.Globalization;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.ModelRun;

/// <summary>Writes facts by hand: what a case does not say takes a harmless value, known since <see cref="Known"/>.</summary>
public sealed class FactWriter : IDisposable
{
    public static readonly DateTime Always = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    public static readonly DateTime Forever = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);
    public static readonly DateOnly Open = new(9999, 12, 31);

    private readonly Dictionary<string, (string[] Columns, List<object?[]> Rows)> _tables = new(StringComparer.Ordinal);
    private readonly WarehouseFixture _fixture;

    public FactWriter(Engine? engine = null)
    {
        _fixture = WarehouseFixture.Create(engine);
        Databases = _fixture.Databases;
    }

    public WarehouseDatabases Databases { get; }

    /// <summary>From when the next rows are known.</summary>
    public DateTime Known { get; set; } = Always;

    /// <summary>Until when the next rows are believed.</summary>
    public DateTime Until { get; set; } = Forever;

    public WarehouseSession Session(SessionRole role = SessionRole.Model) => _fixture.Warehouse(role);

    /// <summary>A child born in a month who has lived in household <paramref name="household"/> since <paramref name="since"/>.</summary>
    public FactWriter Child(long key, int birthMonth, long household = 900, string? since = null, short sex = 1, string move = "initial", short foreign = 0)
    {
        DateOnly from = since is null ? new DateOnly(2000, 1, 1) : Day(since);
        Person(key, birthMonth, sex, foreign);
        Move(key, move, Text(from), household);
        return Member(household, key, Text(from));
    }

    public FactWriter Person(long key, int birthMonth, short sex = 1, short foreign = 0) => Row(
        "dim.person",
        ["person_key", "birth_year_month", "school_cohort_year", "sex_code", "is_foreign", "valid_from", "valid_to"],
        key, birthMonth, 0, sex, foreign, new DateOnly(1900, 1, 1), Open);

    public FactWriter Move(long key, string code, string date, long household = 900, int place = 0) => Row(
        "fact.residence_move",
        ["person_key", "record_key", "move_code", "move_date", "notified_date", "place_key", "household_key"],
        key, key, code, Day(date), null, place, household);

    public FactWriter Member(long household, long key, string from, string? to = null) => Row(
        "dim.household_member",
        ["household_key", "person_key", "record_key", "relation_code", "is_head", "valid_from", "valid_to"],
        household, key, key, "child", (short)0, Day(from), To(to));

    public FactWriter Household(long key, short children = 1, short adults = 2, short single = 0, short grandparent = 0, string from = "2000-01-01") => Row(
        "dim.household",
        ["household_key", "district_code", "member_count", "child_count", "adult_count", "is_single_parent", "has_grandparent", "valid_from", "valid_to"],
        key, "01", (short)(children + adults), children, adults, single, grandparent, Day(from), Open);

    public FactWriter Allowance(long key, string from, string? to = null, string reason = "divorce", string payment = "full") => Row(
        "fact.benefit_spell",
        [
            "person_key", "record_key", "recipient_key", "recipient_record_key", "benefit_code", "certificate_key", "reason_code",
            "payment_class", "status_code", "valid_from", "valid_to",
        ],
        key, key, 0L, 0L, "child_rearing_allowance", key, reason, payment, null, Day(from), To(to));

    public FactWriter Nursery(long key, string from, string? to = null, string leave = "none", int facility = 1) => Row(
        "fact.nursery_enrolment",
        ["person_key", "record_key", "facility_key", "certification_class", "care_amount_code", "leave_reason_code", "valid_from", "valid_to"],
        key, key, facility, "2", "standard", leave, Day(from), To(to));

    public FactWriter Checkup(long key, string type, string due, string? visit = null, string judgement = "none", short? caries = null, short? reminders = null) => Row(
        "fact.checkup",
        [
            "person_key", "record_key", "checkup_type", "due_date", "visit_date", "is_attended", "height_cm", "weight_kg", "judgement_code",
            "caries_count", "reminder_count",
        ],
        key, key, type, Day(due), visit is null ? null : Day(visit), (short)(visit is null ? 0 : 1), null, null, judgement, caries, reminders);

    public FactWriter School(long key, string from, string? to = null, short grade = 1, string kind = "regular", int facility = 1) => Row(
        "fact.school_enrolment",
        ["person_key", "record_key", "facility_key", "school_year", "grade_code", "class_kind", "valid_from", "valid_to"],
        key, key, facility, Day(from).Year, grade, kind, Day(from), To(to));

    public FactWriter Month(long key, int month, short enrolled = 20, short absent = 0, short late = 0, short early = 0) => Row(
        "fact.school_attendance_month",
        [
            "person_key", "record_key", "month_key", "facility_key", "enrolled_days", "present_days", "absent_days", "late_days",
            "early_leave_days", "suspended_days",
        ],
        key, key, month, 1, enrolled, (short)(enrolled - absent), absent, late, early, (short)0);

    public FactWriter AbsentDay(long key, int date, string code = "absent", string reason = "none") => Row(
        "fact.school_attendance_day",
        ["person_key", "record_key", "date_key", "facility_key", "attendance_code", "reason_code"],
        key, key, date, 1, code, reason);

    public FactWriter Consultation(
        long key, string received, string decision = "none", string? decided = null, string? closed = null, string route = "school", string intake = "none") => Row(
        "fact.consultation",
        [
            "person_key", "record_key", "received_date", "consultation_type", "route_code", "urgency_code", "safety_check_date", "decision_code",
            "decision_date", "closed_date", "intake_class",
        ],
        key, key, Day(received), "care", route, "none", null, decision, decided is null ? null : Day(decided),
        closed is null ? null : Day(closed), intake);

    public FactWriter Benefit(long key, string code, string from, string? to = null, string? status = null) => Row(
        "fact.benefit_spell",
        [
            "person_key", "record_key", "recipient_key", "recipient_record_key", "benefit_code", "certificate_key", "reason_code",
            "payment_class", "status_code", "valid_from", "valid_to",
        ],
        key, key, 0L, 0L, code, key, "none", "none", status, Day(from), To(to));

    public FactWriter Status(long key, string group, string code, string from, string? to = null) => Row(
        "fact.status_spell",
        ["person_key", "record_key", "status_group", "status_code", "grade_code", "amount_days", "valid_from", "valid_to"],
        key, key, group, code, "none", null, Day(from), To(to));

    public FactWriter Service(long key, string date, short count = 1) => Row(
        "fact.service_use", ["person_key", "record_key", "service_code", "use_date", "use_count"], key, key, "support_centre", Day(date), count);

    public FactWriter Medical(long key, int month, string kind = "medical") => Row(
        "fact.medical_month", ["person_key", "record_key", "month_key", "care_kind", "use_band"], key, key, month, kind, "one");

    public FactWriter Livelihood(long key, string date) => Row(
        "fact.livelihood_consultation", ["person_key", "record_key", "consulted_date", "topic_code", "has_plan"], key, key, Day(date), "budget", (short)0);

    public FactWriter Tax(long key, int year, string kind) => Row(
        "fact.tax_class", ["person_key", "record_key", "tax_year", "tax_class", "income_band", "is_undeclared", "revised_date"], key, key, year, kind, "none", (short)0, null);

    public FactWriter Arrears(long key, string date, short has, string fee = "city_tax") => Row(
        "fact.arrears_flag", ["person_key", "record_key", "as_of_date", "fee_kind", "has_arrears", "period_band"], key, key, Day(date), fee, has, "none");

    public FactWriter Council(long key, string registered, string? closed = null, string severity = "none") => Row(
        "fact.council_case",
        [
            "person_key", "record_key", "category_code", "severity_code", "agency_code", "registered_date", "confirmed_date", "review_date",
            "closed_date", "closed_reason_code",
        ],
        key, key, "support", severity, "family_desk", Day(registered), null, null, closed is null ? null : Day(closed), "none");

    /// <summary>Says that consultations were loaded up to an instant.</summary>
    public FactWriter ConsultationsLoaded(DateTime extractedUtc)
    {
        Save();
        using WarehouseSession session = _fixture.Warehouse();
        session.BulkInsert(
            "meta.load_run",
            [
                "load_id", "batch_id", "feed", "file_sha256", "part_number", "status_code", "is_published", "is_backfill", "started_utc", "extracted_utc",
                "known_from_utc", "period_from", "period_to", "read_count", "staged_count", "rejected_count", "superseded_count", "repaired_count",
            ],
            [
                [
                    1L, 1L, "consultation", new string('0', 64), 1, "succeeded", (short)1, (short)1, extractedUtc, extractedUtc, extractedUtc,
                    new DateOnly(2000, 1, 1), DateOnly.FromDateTime(extractedUtc), 0L, 0L, 0L, 0L, 0L,
                ],
            ]);
        return this;
    }

    /// <summary>Writes what has been said so far.</summary>
    public void Save()
    {
        using WarehouseSession session = _fixture.Warehouse();
        foreach ((string table, (string[] columns, List<object?[]> rows)) in _tables)
        {
            session.BulkInsert(table, columns, rows);
        }

        _tables.Clear();
    }

    /// <summary>Returns the day of a text such as 2024-04-01.</summary>
    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Returns a day as text.</summary>
    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Dispose() => _fixture.Dispose();

    /// <summary>Writes one row of a fact; rows of one table name the same columns.</summary>
    public FactWriter Fact(string table, long key, params (string Column, object? Value)[] cells) =>
        Row(table, ["person_key", "record_key", .. cells.Select(cell => cell.Column)], [key, key, .. cells.Select(cell => cell.Value)]);

    private static DateOnly To(string? date) => date is null ? Open : Day(date);

    private FactWriter Row(string table, string[] columns, params object?[] values)
    {
        if (!_tables.TryGetValue(table, out (string[] Columns, List<object?[]> Rows) known))
        {
            known = ([.. columns, "known_from_utc", "known_to_utc", "load_id"], []);
            _tables.Add(table, known);
        }

        known.Rows.Add([.. values, Known, Until, 1L]);
        return this;
    }
}
