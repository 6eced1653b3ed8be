-- What: staging tables of the welfare, tax and consultation feeds
-- Why: the payload of each accepted row, pseudonymous from here on, with its file and line
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one guardian in one tax year
CREATE TABLE stg.tax_class (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    tax_year INTEGER NOT NULL,
    tax_class VARCHAR(20) NOT NULL,
    income_band VARCHAR(10) NOT NULL,
    is_undeclared SMALLINT NOT NULL,
    revised_date DATE NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one kind of tax or fee of one guardian on one day
CREATE TABLE stg.arrears (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    as_of_date DATE NOT NULL,
    fee_kind VARCHAR(20) NOT NULL,
    has_arrears SMALLINT NOT NULL,
    period_band VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one child of one child allowance certificate
CREATE TABLE stg.child_allowance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    recipient_record_key BIGINT NOT NULL,
    certificate_key BIGINT NOT NULL,
    payment_class VARCHAR(20) NOT NULL,
    report_code VARCHAR(20) NOT NULL,
    stop_code VARCHAR(20) NOT NULL,
    custody_code VARCHAR(20) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    end_reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one member of one assisted household
CREATE TABLE stg.public_assistance (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    certificate_key BIGINT NOT NULL,
    household_key BIGINT NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    end_reason_code VARCHAR(20) NOT NULL,
    household_type VARCHAR(20) NOT NULL,
    has_education_aid SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one certificate or service of one person
CREATE TABLE stg.disability (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    kind_code VARCHAR(20) NOT NULL,
    grade_code VARCHAR(10) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    amount_days SMALLINT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one certified time of care need of one insured person
CREATE TABLE stg.care_need (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    level_code VARCHAR(20) NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one child in one month and kind of care
CREATE TABLE stg.medical_month (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    month_key INTEGER NOT NULL,
    care_kind VARCHAR(20) NOT NULL,
    use_band VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one application of one child for school aid
CREATE TABLE stg.school_aid (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    school_year INTEGER NOT NULL,
    category_code VARCHAR(20) NOT NULL,
    applied_date DATE NOT NULL,
    result_code VARCHAR(20) NOT NULL,
    decided_date DATE NULL,
    end_date DATE NULL,
    reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one child of one council case
CREATE TABLE stg.council_case (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    category_code VARCHAR(20) NOT NULL,
    severity_code VARCHAR(20) NOT NULL,
    agency_code VARCHAR(20) NOT NULL,
    registered_date DATE NOT NULL,
    confirmed_date DATE NULL,
    review_date DATE NULL,
    closed_date DATE NULL,
    closed_reason_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one person on one day (restricted class)
CREATE TABLE stg.dv_consultation (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    as_of_date DATE NOT NULL,
    has_consulted SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one consultation of one adult
CREATE TABLE stg.livelihood (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    consulted_date DATE NOT NULL,
    topic_code VARCHAR(20) NOT NULL,
    has_plan SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
-- Grain: one child, service and month
CREATE TABLE stg.service_use (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    service_code VARCHAR(20) NOT NULL,
    use_date DATE NOT NULL,
    use_count SMALLINT NOT NULL,
    is_superseded SMALLINT NOT NULL,
    payload_hash BIGINT NULL
)
GO
