-- What: facts of the welfare, tax and consultation feeds
-- Why: bitemporal: when it was true and when we knew it; spells of benefits reuse fact.benefit_spell, which learns a state
-- Cost: empty tables and one nullable column
-- Compatible with release: 0.1
-- Undo: DROP the tables and the column named here
ALTER TABLE fact.benefit_spell ADD status_code VARCHAR(20) NULL
GO
-- Grain: one guardian in one tax year: derived classes only, never amounts
CREATE TABLE fact.tax_class (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    tax_year INTEGER NOT NULL,
    tax_class VARCHAR(20) NOT NULL,
    income_band VARCHAR(10) NOT NULL,
    is_undeclared SMALLINT NOT NULL,
    revised_date DATE NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one kind of tax or fee of one guardian on one day
CREATE TABLE fact.arrears_flag (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    as_of_date DATE NOT NULL,
    fee_kind VARCHAR(20) NOT NULL,
    has_arrears SMALLINT NOT NULL,
    period_band VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one certified status of one person, one spell; status_group: disability | care_need
CREATE TABLE fact.status_spell (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    status_group VARCHAR(20) NOT NULL,
    status_code VARCHAR(20) NOT NULL,
    grade_code VARCHAR(10) NOT NULL,
    amount_days SMALLINT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child in one month and kind of care: that there were visits, never why
CREATE TABLE fact.medical_month (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    month_key INTEGER NOT NULL,
    care_kind VARCHAR(20) NOT NULL,
    use_band VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child, support service and month of use
CREATE TABLE fact.service_use (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    service_code VARCHAR(20) NOT NULL,
    use_date DATE NOT NULL,
    use_count SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one consultation of one adult about livelihood
CREATE TABLE fact.livelihood_consultation (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    consulted_date DATE NOT NULL,
    topic_code VARCHAR(20) NOT NULL,
    has_plan SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child of one council case. All of it follows from decisions of staff: never a feature
CREATE TABLE fact.council_case (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    category_code VARCHAR(20) NOT NULL,
    severity_code VARCHAR(20) NOT NULL,
    agency_code VARCHAR(20) NOT NULL,
    registered_date DATE NOT NULL,
    confirmed_date DATE NULL,
    review_date DATE NULL,
    closed_date DATE NULL,
    closed_reason_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
