-- What: pregnancies and vaccinations: stage and facts
-- Why: the health section knows a child before the first check-up
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one child to be born of one notified pregnancy
CREATE TABLE stg.pregnancy (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    child_record_key BIGINT NULL,
    birth_branch SMALLINT NOT NULL,
    notified_date DATE NOT NULL,
    week_count SMALLINT NOT NULL,
    expected_year_month INTEGER NOT NULL,
    marital_code VARCHAR(20) NOT NULL,
    feeling_code VARCHAR(20) NOT NULL,
    antenatal_count SMALLINT NULL,
    epds_score SMALLINT NULL,
    postnatal_care_code VARCHAR(20) NOT NULL,
    home_visit_date DATE NULL,
    notice_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one child to be born of one notified pregnancy, as known in a time
CREATE TABLE fact.pregnancy (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    child_key BIGINT NOT NULL,
    child_record_key BIGINT NULL,
    birth_branch SMALLINT NOT NULL,
    notified_date DATE NOT NULL,
    week_count SMALLINT NOT NULL,
    expected_year_month INTEGER NOT NULL,
    marital_code VARCHAR(20) NOT NULL,
    feeling_code VARCHAR(20) NOT NULL,
    antenatal_count SMALLINT NULL,
    epds_score SMALLINT NULL,
    postnatal_care_code VARCHAR(20) NOT NULL,
    home_visit_date DATE NULL,
    notice_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one dose of one vaccine
CREATE TABLE stg.vaccination (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    vaccine_code VARCHAR(20) NOT NULL,
    dose_number SMALLINT NOT NULL,
    vaccination_date DATE NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NOT NULL
)
GO
-- Grain: one dose of one vaccine, as known in a time
CREATE TABLE fact.vaccination (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    vaccine_code VARCHAR(20) NOT NULL,
    dose_number SMALLINT NOT NULL,
    vaccination_date DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
