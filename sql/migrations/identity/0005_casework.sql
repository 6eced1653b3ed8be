-- What: staff accounts and stored briefs
-- Why: words and documents about people stay in the identity database
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
CREATE TABLE casework.staff_account (
    staff_id VARCHAR(40) NOT NULL,
    display_name NVARCHAR(100) NOT NULL,
    role_code VARCHAR(40) NOT NULL,
    remit_code VARCHAR(40) NOT NULL,
    password_hash VARCHAR(400) NOT NULL,
    failed_count INTEGER NOT NULL,
    locked_until_utc DATETIME2 NULL,
    is_active SMALLINT NOT NULL,
    created_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_staff_account PRIMARY KEY (staff_id),
    CONSTRAINT ck_staff_account_active CHECK (is_active IN (0, 1))
)
GO
CREATE TABLE casework.brief (
    brief_id VARCHAR(40) NOT NULL,
    child_key BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    created_utc DATETIME2 NOT NULL,
    created_by VARCHAR(60) NOT NULL,
    recipient NVARCHAR(100) NOT NULL,
    copy_number INTEGER NOT NULL,
    copy_count INTEGER NOT NULL,
    document_sha256 CHAR(64) NOT NULL,
    renderer VARCHAR(60) NOT NULL,
    CONSTRAINT pk_brief PRIMARY KEY (brief_id)
)
GO
-- The canonical document, in parts of at most 4,000 characters, so that a brief rebuilds as it was.
CREATE TABLE casework.brief_part (
    brief_id VARCHAR(40) NOT NULL,
    part_number INTEGER NOT NULL,
    document_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_brief_part PRIMARY KEY (brief_id, part_number)
)
GO
