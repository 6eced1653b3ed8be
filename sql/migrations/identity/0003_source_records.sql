-- What: received files, source records, quarantine with original bytes
-- Why: every later decision about a person must lead back to a file and a line
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- One row per file content ever taken in. The receipt is registered once, before loading, and kept on replay.
CREATE TABLE ident.received_file (
    file_sha256 CHAR(64) NOT NULL,
    feed VARCHAR(40) NOT NULL,
    file_name NVARCHAR(260) NOT NULL,
    byte_count BIGINT NOT NULL,
    received_utc DATETIME2 NOT NULL,
    extracted_utc DATETIME2 NULL,
    known_from_utc DATETIME2 NOT NULL,
    manifest_json NVARCHAR(4000) NULL,
    CONSTRAINT pk_received_file PRIMARY KEY (file_sha256)
)
GO
-- Grain: one version of the identity part of one (system, source number), as one line of one file stated it.
-- record_key is the keyed hash of (system_code, source_id) and is the only thing that the warehouse also knows.
-- Rows are written only where the identity part differs from the version known before.
CREATE TABLE ident.source_record (
    record_key BIGINT NOT NULL,
    file_sha256 CHAR(64) NOT NULL,
    line_number INTEGER NOT NULL,
    feed VARCHAR(40) NOT NULL,
    system_code VARCHAR(20) NOT NULL,
    source_id NVARCHAR(60) NOT NULL,
    resident_number VARCHAR(20) NULL,
    name_kanji NVARCHAR(200) NULL,
    name_kana NVARCHAR(200) NULL,
    name_raw_hex VARCHAR(1600) NULL,
    surname_norm NVARCHAR(100) NULL,
    given_norm NVARCHAR(100) NULL,
    surname_kana_norm NVARCHAR(100) NULL,
    given_kana_norm NVARCHAR(100) NULL,
    birth_date DATE NULL,
    sex_code SMALLINT NOT NULL,
    address NVARCHAR(300) NULL,
    address_norm NVARCHAR(300) NULL,
    guardian_name NVARCHAR(200) NULL,
    household_number NVARCHAR(40) NULL,
    is_foreign SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    CONSTRAINT ck_source_record_foreign CHECK (is_foreign IN (0, 1))
)
GO
-- Serves the replay of a file by (file_sha256, line_number).
CREATE INDEX ix_source_record_file ON ident.source_record (file_sha256, line_number)
GO
-- The original bytes of a quarantined row, in parts of at most 4,000 base64 characters.
CREATE TABLE ident.reject (
    file_sha256 CHAR(64) NOT NULL,
    line_number INTEGER NOT NULL,
    part_number INTEGER NOT NULL,
    feed VARCHAR(40) NOT NULL,
    rule_codes VARCHAR(200) NOT NULL,
    raw_base64 VARCHAR(4000) NOT NULL
)
GO
