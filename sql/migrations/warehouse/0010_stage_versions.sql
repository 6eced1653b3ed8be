-- What: payload hash of staged rows, coarse traits, file scopes, touched records
-- Why: versions are derived set-based: equal restatements make no new version, and a file of a month replaces that month only
-- Cost: seven nullable columns and four empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables and columns named here
ALTER TABLE stg.resident ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.household ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.allowance ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.nursery ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.checkup ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.school ADD payload_hash BIGINT NULL
GO
ALTER TABLE stg.consultation ADD payload_hash BIGINT NULL
GO
-- Grain: one record as one file described it: the part of the identity that the warehouse may know
CREATE TABLE stg.trait (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    feed VARCHAR(40) NOT NULL,
    record_key BIGINT NOT NULL,
    birth_year_month INTEGER NOT NULL,
    school_cohort_year INTEGER NOT NULL,
    sex_code SMALLINT NOT NULL,
    is_foreign SMALLINT NOT NULL
)
GO
-- Grain: one facility and month that one file states anew
CREATE TABLE stg.file_scope (
    load_id BIGINT NOT NULL,
    feed VARCHAR(40) NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    month_key INTEGER NOT NULL,
    has_present SMALLINT NOT NULL
)
GO
-- Grain: one facility and month of one file with the time in which it was the newest; made anew by each load
CREATE TABLE stg.scope_version (
    load_id BIGINT NOT NULL,
    feed VARCHAR(40) NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    month_key INTEGER NOT NULL,
    has_present SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL
)
GO
-- Grain: one record whose facts a batch derives anew; emptied when the batch is published
CREATE TABLE stg.touched (
    batch_id BIGINT NOT NULL,
    record_key BIGINT NOT NULL
)
GO
