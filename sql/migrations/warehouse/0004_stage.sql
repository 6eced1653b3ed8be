-- What: staging tables, one per feed, and the quarantine index
-- Why: the payload of each accepted row, pseudonymous from here on, with its file and line
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one resident-register event. is_superseded marks a row that a later file replaced.
CREATE TABLE stg.resident (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    household_key BIGINT NOT NULL,
    birth_year_month INTEGER NOT NULL,
    school_cohort_year INTEGER NOT NULL,
    sex_code SMALLINT NOT NULL,
    relation_code VARCHAR(20) NOT NULL,
    town_code VARCHAR(20) NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    move_code VARCHAR(20) NOT NULL,
    move_date DATE NOT NULL,
    notified_date DATE NULL,
    is_foreign SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one membership of a resident in a household
CREATE TABLE stg.household (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    household_key BIGINT NOT NULL,
    relation_code VARCHAR(20) NOT NULL,
    is_head SMALLINT NOT NULL,
    join_date DATE NOT NULL,
    leave_date DATE NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one child of one child-rearing allowance certificate
CREATE TABLE stg.allowance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    recipient_record_key BIGINT NOT NULL,
    certificate_key BIGINT NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    payment_class VARCHAR(20) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    end_reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one stay of a child in a nursery
CREATE TABLE stg.nursery (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    certification_class VARCHAR(20) NOT NULL,
    care_amount_code VARCHAR(20) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    leave_reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one infant check-up of a child (a missed one has no visit_date)
CREATE TABLE stg.checkup (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    checkup_type VARCHAR(10) NOT NULL,
    due_date DATE NOT NULL,
    visit_date DATE NULL,
    height_cm DECIMAL(5,1) NULL,
    weight_kg DECIMAL(5,2) NULL,
    judgement_code VARCHAR(20) NOT NULL,
    caries_count SMALLINT NULL,
    reminder_count SMALLINT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one enrolment spell of a pupil in a school year
CREATE TABLE stg.school (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    school_year INTEGER NOT NULL,
    grade_code SMALLINT NOT NULL,
    class_kind VARCHAR(20) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one pupil on one school day
CREATE TABLE stg.attendance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    attendance_date DATE NOT NULL,
    attendance_code VARCHAR(12) NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one pupil in one month: days on the roll (for exports that list exceptions only)
CREATE TABLE stg.attendance_days (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    month_key INTEGER NOT NULL,
    enrolled_days SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one child of one family consultation
CREATE TABLE stg.consultation (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    received_date DATE NOT NULL,
    consultation_type VARCHAR(20) NOT NULL,
    route_code VARCHAR(20) NOT NULL,
    urgency_code VARCHAR(10) NOT NULL,
    safety_check_date DATE NULL,
    decision_code VARCHAR(12) NOT NULL,
    decision_date DATE NULL,
    closed_date DATE NULL,
    intake_class VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Which rows were quarantined and why; the bytes are in the identity database under (file, line).
CREATE TABLE stg.reject (
    load_id BIGINT NOT NULL,
    feed VARCHAR(40) NOT NULL,
    line_number INTEGER NOT NULL,
    column_name VARCHAR(60) NOT NULL,
    rule_code VARCHAR(20) NOT NULL
)
GO
-- Values that were repaired on the way in, with the flag that says how.
CREATE TABLE stg.repair (
    load_id BIGINT NOT NULL,
    feed VARCHAR(40) NOT NULL,
    line_number INTEGER NOT NULL,
    column_name VARCHAR(60) NOT NULL,
    rule_code VARCHAR(20) NOT NULL
)
GO
-- All that linkage hands over. person_key 0 is the unknown person: the record is not linked to a resident.
CREATE TABLE stg.link (
    record_key BIGINT NOT NULL,
    person_key BIGINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL
)
GO
