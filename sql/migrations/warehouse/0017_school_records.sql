-- What: school nurse, yearly survey, guidance, school health and counselling: stage and facts
-- Why: what schools know beside attendance
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one visit to the school nurse's room
CREATE TABLE stg.nurse_visit (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    visit_date DATE NOT NULL,
    visit_time SMALLINT NOT NULL,
    category_code VARCHAR(20) NOT NULL,
    complaint_code VARCHAR(20) NOT NULL,
    treatment_code VARCHAR(20) NOT NULL,
    early_leave_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL
)
GO
-- Grain: one visit to the school nurse's room, as known in a time
CREATE TABLE fact.nurse_visit (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    visit_date DATE NOT NULL,
    visit_time SMALLINT NOT NULL,
    category_code VARCHAR(20) NOT NULL,
    complaint_code VARCHAR(20) NOT NULL,
    treatment_code VARCHAR(20) NOT NULL,
    early_leave_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one pupil, one subject of the yearly survey
CREATE TABLE stg.test_score (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    school_year INTEGER NOT NULL,
    grade_code SMALLINT NOT NULL,
    subject_code VARCHAR(20) NOT NULL,
    correct_percent DECIMAL(5,1) NOT NULL,
    level_code SMALLINT NULL,
    deviation_score DECIMAL(5,1) NOT NULL,
    deviation_change DECIMAL(5,1) NULL,
    breakfast_code VARCHAR(20) NOT NULL,
    bedtime_code VARCHAR(20) NOT NULL,
    self_esteem_code SMALLINT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one pupil, one subject of the yearly survey, as known in a time
CREATE TABLE fact.test_score (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    school_year INTEGER NOT NULL,
    grade_code SMALLINT NOT NULL,
    subject_code VARCHAR(20) NOT NULL,
    correct_percent DECIMAL(5,1) NOT NULL,
    level_code SMALLINT NULL,
    deviation_score DECIMAL(5,1) NOT NULL,
    deviation_change DECIMAL(5,1) NULL,
    breakfast_code VARCHAR(20) NOT NULL,
    bedtime_code VARCHAR(20) NOT NULL,
    self_esteem_code SMALLINT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one pupil in one incident that the school noticed
CREATE TABLE stg.guidance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    noticed_date DATE NOT NULL,
    kind_code VARCHAR(20) NOT NULL,
    role_code VARCHAR(20) NOT NULL,
    form_code VARCHAR(20) NOT NULL,
    status_code VARCHAR(20) NOT NULL,
    resolved_date DATE NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one pupil in one incident that the school noticed, as known in a time
CREATE TABLE fact.guidance (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    noticed_date DATE NOT NULL,
    kind_code VARCHAR(20) NOT NULL,
    role_code VARCHAR(20) NOT NULL,
    form_code VARCHAR(20) NOT NULL,
    status_code VARCHAR(20) NOT NULL,
    resolved_date DATE NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one pupil, one yearly health and dental check
CREATE TABLE stg.school_health (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    school_year INTEGER NOT NULL,
    exam_date DATE NOT NULL,
    height_cm DECIMAL(5,1) NULL,
    weight_kg DECIMAL(5,1) NULL,
    obesity_percent DECIMAL(5,1) NULL,
    vision_code VARCHAR(20) NOT NULL,
    untreated_teeth SMALLINT NULL,
    treated_teeth SMALLINT NULL,
    advice_code VARCHAR(20) NOT NULL,
    report_date DATE NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one pupil, one yearly health and dental check, as known in a time
CREATE TABLE fact.school_health (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    school_year INTEGER NOT NULL,
    exam_date DATE NOT NULL,
    height_cm DECIMAL(5,1) NULL,
    weight_kg DECIMAL(5,1) NULL,
    obesity_percent DECIMAL(5,1) NULL,
    vision_code VARCHAR(20) NOT NULL,
    untreated_teeth SMALLINT NULL,
    treated_teeth SMALLINT NULL,
    advice_code VARCHAR(20) NOT NULL,
    report_date DATE NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one session of educational counselling or support
CREATE TABLE stg.counselling (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    session_date DATE NOT NULL,
    channel_code VARCHAR(20) NOT NULL,
    topic_code VARCHAR(20) NOT NULL,
    requester_code VARCHAR(20) NOT NULL,
    status_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one session of educational counselling or support, as known in a time
CREATE TABLE fact.counselling (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    session_date DATE NOT NULL,
    channel_code VARCHAR(20) NOT NULL,
    topic_code VARCHAR(20) NOT NULL,
    requester_code VARCHAR(20) NOT NULL,
    status_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
