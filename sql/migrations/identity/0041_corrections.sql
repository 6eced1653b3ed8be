-- What: layouts of files with quarantined rows, corrections that came back, corrections that were still wrong
-- Why: a department gets its rows back as it sent them, and hands them in again
-- Cost: three empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one part of at most 4,000 base64 characters of the header row of a file that has quarantined rows
CREATE TABLE ident.file_layout (
    file_sha256 CHAR(64) NOT NULL,
    part_number INTEGER NOT NULL,
    encoding_code VARCHAR(20) NOT NULL,
    delimiter_code SMALLINT NOT NULL,
    header_base64 VARCHAR(4000) NOT NULL
)
GO
-- Grain: one correction report that was handed back
CREATE TABLE ident.correction_file (
    file_sha256 CHAR(64) NOT NULL,
    feed VARCHAR(40) NOT NULL,
    file_name NVARCHAR(260) NOT NULL,
    received_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_correction_file PRIMARY KEY (file_sha256)
)
GO
-- The last correction of a quarantined row that was still wrong, in parts of at most 4,000 base64 characters.
CREATE TABLE ident.correction_attempt (
    file_sha256 CHAR(64) NOT NULL,
    line_number INTEGER NOT NULL,
    part_number INTEGER NOT NULL,
    correction_sha256 CHAR(64) NOT NULL,
    correction_line INTEGER NOT NULL,
    rule_codes VARCHAR(200) NOT NULL,
    raw_base64 VARCHAR(4000) NOT NULL
)
GO
