-- What: which quarantined row a corrected row took the place of
-- Why: a corrected value leads back to its first file and line and to the correction
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP the table named here
-- Grain: one corrected row: its place in the load that took it in, in the first file and in the correction report
CREATE TABLE stg.correction (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    original_load_id BIGINT NOT NULL,
    original_line_number INTEGER NOT NULL,
    correction_sha256 CHAR(64) NOT NULL,
    correction_line_number INTEGER NOT NULL,
    row_sha256 CHAR(64) NOT NULL
)
GO
