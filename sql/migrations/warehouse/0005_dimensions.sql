-- What: dimensions with their unknown members
-- Why: facts join to them by surrogate key; key 0 is the unknown member, so that no fact has a NULL key
-- Cost: empty tables and one row each
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one version of one resident; person_key is shared by all versions
CREATE TABLE dim.person (
    person_key BIGINT NOT NULL,
    birth_year_month INTEGER NOT NULL,
    school_cohort_year INTEGER NOT NULL,
    sex_code SMALLINT NOT NULL,
    is_foreign SMALLINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one child: a person who is or was under 18 in the time covered
CREATE TABLE dim.child (
    child_key BIGINT NOT NULL,
    birth_year_month INTEGER NOT NULL,
    school_cohort_year INTEGER NOT NULL,
    sex_code SMALLINT NOT NULL,
    is_foreign SMALLINT NOT NULL,
    load_id BIGINT NOT NULL,
    CONSTRAINT pk_child PRIMARY KEY (child_key)
)
GO
-- Grain: one version of one household
CREATE TABLE dim.household (
    household_key BIGINT NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    member_count SMALLINT NOT NULL,
    child_count SMALLINT NOT NULL,
    adult_count SMALLINT NOT NULL,
    is_single_parent SMALLINT NOT NULL,
    has_grandparent SMALLINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one stay of one person in one household
CREATE TABLE dim.household_member (
    household_key BIGINT NOT NULL,
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    relation_code VARCHAR(20) NOT NULL,
    is_head SMALLINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one directed tie; kinship_code: parent (relative is a parent of person) | sibling (a shared parent) | grandparent | spouse
CREATE TABLE dim.kinship (
    person_key BIGINT NOT NULL,
    relative_key BIGINT NOT NULL,
    kinship_code VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
-- Grain: one day; day_number counts days since 0001-01-01, for portable day arithmetic
CREATE TABLE dim.calendar_date (
    date_key INTEGER NOT NULL,
    calendar_date DATE NOT NULL,
    day_number INTEGER NOT NULL,
    month_key INTEGER NOT NULL,
    month_number INTEGER NOT NULL,
    era_code VARCHAR(2) NOT NULL,
    era_year SMALLINT NOT NULL,
    school_year SMALLINT NOT NULL,
    iso_weekday SMALLINT NOT NULL,
    CONSTRAINT pk_calendar_date PRIMARY KEY (date_key)
)
GO
-- Grain: one month; month_number = year * 12 + month - 1, for portable month arithmetic
CREATE TABLE dim.calendar_month (
    month_key INTEGER NOT NULL,
    month_number INTEGER NOT NULL,
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    school_year SMALLINT NOT NULL,
    CONSTRAINT pk_calendar_month PRIMARY KEY (month_key)
)
GO
-- Grain: one town within one district: the fixed hierarchy of statistics
CREATE TABLE dim.place (
    place_key INTEGER NOT NULL,
    town_code VARCHAR(20) NOT NULL,
    town_name NVARCHAR(60) NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    district_name NVARCHAR(60) NOT NULL,
    city_name NVARCHAR(60) NOT NULL,
    CONSTRAINT pk_place PRIMARY KEY (place_key)
)
GO
-- Grain: one school, nursery or clinic
CREATE TABLE dim.facility (
    facility_key INTEGER NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    facility_kind VARCHAR(20) NOT NULL,
    facility_name NVARCHAR(60) NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    CONSTRAINT pk_facility PRIMARY KEY (facility_key)
)
GO
-- Grain: one model feature; is_approved = 0 keeps it out of every model
CREATE TABLE dim.feature (
    feature_key INTEGER NOT NULL,
    feature_name VARCHAR(60) NOT NULL,
    japanese_name NVARCHAR(120) NOT NULL,
    unit VARCHAR(20) NOT NULL,
    feed VARCHAR(40) NOT NULL,
    department NVARCHAR(40) NOT NULL,
    value_kind VARCHAR(12) NOT NULL,
    is_help_seeking SMALLINT NOT NULL,
    is_approved SMALLINT NOT NULL,
    CONSTRAINT pk_feature PRIMARY KEY (feature_key)
)
GO
-- Grain: one rule of one model run
CREATE TABLE dim.mined_rule (
    rule_key BIGINT NOT NULL,
    model_run_id BIGINT NOT NULL,
    rule_code VARCHAR(20) NOT NULL,
    direction_code VARCHAR(12) NOT NULL,
    text_ja NVARCHAR(600) NOT NULL,
    departments NVARCHAR(200) NOT NULL,
    item_count SMALLINT NOT NULL,
    covered_count BIGINT NOT NULL,
    positive_count BIGINT NOT NULL,
    rate_low DOUBLE PRECISION NOT NULL,
    rate_high DOUBLE PRECISION NOT NULL,
    p_value DOUBLE PRECISION NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    stability_share DOUBLE PRECISION NULL,
    status_code VARCHAR(12) NOT NULL,
    CONSTRAINT pk_mined_rule PRIMARY KEY (rule_key)
)
GO
INSERT INTO dim.person (person_key, birth_year_month, school_cohort_year, sex_code, is_foreign, valid_from, valid_to, known_from_utc, known_to_utc, load_id)
VALUES (0, 0, 0, 0, 0, '0001-01-01', '9999-12-31', '0001-01-01', '9999-12-31', 0)
GO
INSERT INTO dim.child (child_key, birth_year_month, school_cohort_year, sex_code, is_foreign, load_id)
VALUES (0, 0, 0, 0, 0, 0)
GO
INSERT INTO dim.household (household_key, district_code, member_count, child_count, adult_count, is_single_parent, has_grandparent, valid_from, valid_to, known_from_utc, known_to_utc, load_id)
VALUES (0, '', 0, 0, 0, 0, 0, '0001-01-01', '9999-12-31', '0001-01-01', '9999-12-31', 0)
GO
INSERT INTO dim.place (place_key, town_code, town_name, district_code, district_name, city_name)
VALUES (0, '', N'不明', '', N'不明', N'不明')
GO
INSERT INTO dim.facility (facility_key, facility_code, facility_kind, facility_name, district_code)
VALUES (0, '', 'unknown', N'不明', '')
GO
