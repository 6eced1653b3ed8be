-- What: facts of the eight feeds and the child-month
-- Why: bitemporal: when it was true and when we knew it; nothing is overwritten
-- Cost: empty tables; no primary key on large facts, uniqueness is checked before each publish
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one child in one month of residence or service: the denominator and join of all statistics and features
CREATE TABLE fact.child_month (
    child_key BIGINT NOT NULL,
    month_key INTEGER NOT NULL,
    place_key INTEGER NOT NULL,
    facility_key INTEGER NOT NULL,
    household_key BIGINT NOT NULL,
    age_months INTEGER NOT NULL,
    grade_code SMALLINT NOT NULL,
    is_resident SMALLINT NOT NULL,
    source_count SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one resident-register event of one person
CREATE TABLE fact.residence_move (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    move_code VARCHAR(20) NOT NULL,
    move_date DATE NOT NULL,
    notified_date DATE NULL,
    place_key INTEGER NOT NULL,
    household_key BIGINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child of one benefit, one spell
CREATE TABLE fact.benefit_spell (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    recipient_key BIGINT NOT NULL,
    recipient_record_key BIGINT NOT NULL,
    benefit_code VARCHAR(20) NOT NULL,
    certificate_key BIGINT NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    payment_class VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one stay of one child in one nursery
CREATE TABLE fact.nursery_enrolment (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    certification_class VARCHAR(20) NOT NULL,
    care_amount_code VARCHAR(20) NOT NULL,
    leave_reason_code VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one check-up due for one child
CREATE TABLE fact.checkup (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    checkup_type VARCHAR(10) NOT NULL,
    due_date DATE NOT NULL,
    visit_date DATE NULL,
    is_attended SMALLINT NOT NULL,
    height_cm DECIMAL(5,1) NULL,
    weight_kg DECIMAL(5,2) NULL,
    judgement_code VARCHAR(20) NOT NULL,
    caries_count SMALLINT NULL,
    reminder_count SMALLINT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one enrolment spell of one pupil
CREATE TABLE fact.school_enrolment (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    school_year INTEGER NOT NULL,
    grade_code SMALLINT NOT NULL,
    class_kind VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one pupil record in one month: kept per record_key so that a split of persons can take it apart
CREATE TABLE fact.school_attendance_month (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    month_key INTEGER NOT NULL,
    facility_key INTEGER NOT NULL,
    enrolled_days SMALLINT NOT NULL,
    present_days SMALLINT NOT NULL,
    absent_days SMALLINT NOT NULL,
    late_days SMALLINT NOT NULL,
    early_leave_days SMALLINT NOT NULL,
    suspended_days SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one pupil record on one day that was not simply present
CREATE TABLE fact.school_attendance_day (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    date_key INTEGER NOT NULL,
    facility_key INTEGER NOT NULL,
    attendance_code VARCHAR(12) NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child of one family consultation; decision_code: need | no_need | pending | none. intake_class is filled after the decision and is never a feature
CREATE TABLE fact.consultation (
    person_key BIGINT NOT NULL,
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
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
