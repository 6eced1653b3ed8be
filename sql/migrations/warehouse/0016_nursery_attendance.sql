-- What: days in nurseries, counted by month
-- Why: absences without a word and late pick-ups show strain; the days themselves are not needed
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one child, one nursery, one month: days that are alike in everything else
CREATE TABLE stg.nursery_attendance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    month_key INTEGER NOT NULL,
    attendance_code VARCHAR(20) NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    extended_code VARCHAR(20) NOT NULL,
    pickup_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    row_count INTEGER NOT NULL
)
GO
-- Grain: one child, one nursery, one month, as known in a time
CREATE TABLE fact.nursery_attendance_month (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    month_key INTEGER NOT NULL,
    listed_days SMALLINT NOT NULL,
    absent_days SMALLINT NOT NULL,
    illness_days SMALLINT NOT NULL,
    no_contact_days SMALLINT NOT NULL,
    late_days SMALLINT NOT NULL,
    early_leave_days SMALLINT NOT NULL,
    extended_days SMALLINT NOT NULL,
    late_pickup_days SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
