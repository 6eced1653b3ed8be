-- What: persons, the record-to-person crosswalk, restrictions
-- Why: linkage is reversible and every link answers who, when and with which evidence
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- person_key is minted once and never changes.
CREATE TABLE ident.person (
    person_key BIGINT NOT NULL,
    minted_record_key BIGINT NOT NULL,
    minted_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (person_key)
)
GO
-- Grain: one link of a source record to a person, for the time it was believed.
CREATE TABLE ident.crosswalk (
    record_key BIGINT NOT NULL,
    person_key BIGINT NOT NULL,
    rule_code VARCHAR(20) NOT NULL,
    evidence NVARCHAR(400) NOT NULL,
    decided_by VARCHAR(60) NOT NULL,
    linker_version VARCHAR(40) NOT NULL,
    decided_utc DATETIME2 NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL
)
GO
-- Grain: one person; the identity to print, taken from the most authoritative and latest source record.
CREATE TABLE ident.person_profile (
    person_key BIGINT NOT NULL,
    name_kanji NVARCHAR(200) NULL,
    name_kana NVARCHAR(200) NULL,
    birth_date DATE NULL,
    sex_code SMALLINT NOT NULL,
    address NVARCHAR(300) NULL,
    resident_number VARCHAR(20) NULL,
    household_number NVARCHAR(40) NULL,
    profile_record_key BIGINT NOT NULL,
    CONSTRAINT pk_person_profile PRIMARY KEY (person_key)
)
GO
-- Measures that forbid showing an address or a school (support measures for victims of violence).
CREATE TABLE ident.restriction (
    person_key BIGINT NOT NULL,
    restriction_code VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    file_sha256 CHAR(64) NOT NULL,
    line_number INTEGER NOT NULL
)
GO
