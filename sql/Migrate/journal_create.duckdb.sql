-- Grain: none; makes the journal of scripts where it is missing.
CREATE SCHEMA IF NOT EXISTS meta;
GO
CREATE TABLE IF NOT EXISTS meta.schema_journal (
    database_kind VARCHAR(20) NOT NULL,
    script_name VARCHAR(200) NOT NULL,
    script_kind VARCHAR(20) NOT NULL,
    script_sha256 CHAR(64) NOT NULL,
    compatible_release VARCHAR(20) NOT NULL,
    program_version VARCHAR(40) NOT NULL,
    applied_at_utc TIMESTAMP NOT NULL,
    CONSTRAINT pk_schema_journal PRIMARY KEY (database_kind, script_name)
);
GO
