-- Grain: one staged row of one run
-- What: marks rows that a later row of the same file and key replaces
-- Why: within one file the last row of a key stands; a file that is larger than memory is marked in the stage
-- Cost: one sort of the rows of the records that repeat
UPDATE stg.school
SET is_superseded = 1
WHERE load_id = @load_id
    AND is_superseded = 0
    AND line_number IN (
        SELECT v.line_number
        FROM (
            SELECT
                s.line_number,
                ROW_NUMBER() OVER (
                    PARTITION BY s.record_key, s.school_year, s.start_date
                    ORDER BY s.line_number DESC) AS place
            FROM stg.school AS s
            WHERE s.load_id = @load_id
                AND (@is_any = 1 OR s.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id))) AS v
        WHERE v.place > 1)
