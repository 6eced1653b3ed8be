-- Grain: one facility and month of one file
-- What: what a file covered
-- Why: a corrected row stays within the file that it belongs to
-- Cost: rows of one load
SELECT
    s.facility_code,
    s.month_key
FROM stg.file_scope AS s
WHERE s.load_id = @load_id
ORDER BY
    s.facility_code,
    s.month_key
