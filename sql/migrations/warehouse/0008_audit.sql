-- What: append-only, hash-chained access log
-- Why: each read of a person is a row: who, when, which child, which screen, purpose, copy
-- Cost: empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE audit.access_log
-- Grain: one access or refusal; row_hash covers the row and previous_hash
CREATE TABLE audit.access_log (
    access_id BIGINT NOT NULL,
    at_utc DATETIME2 NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    role_code VARCHAR(40) NOT NULL,
    action_code VARCHAR(40) NOT NULL,
    outcome_code VARCHAR(12) NOT NULL,
    child_key BIGINT NOT NULL,
    purpose_code VARCHAR(40) NOT NULL,
    object_id VARCHAR(100) NOT NULL,
    previous_hash CHAR(64) NOT NULL,
    row_hash CHAR(64) NOT NULL,
    CONSTRAINT pk_access_log PRIMARY KEY (access_id)
)
GO
