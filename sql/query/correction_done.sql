-- Grain: one corrected row
-- What: the rows that have left the quarantine
-- Why: a row is corrected once
-- Cost: stg.correction
SELECT
    c.original_load_id,
    c.original_line_number,
    c.row_sha256
FROM stg.correction AS c
ORDER BY
    c.original_load_id,
    c.original_line_number
