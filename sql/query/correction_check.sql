-- Grain: one check that found something
-- What: corrections that do not fit the quarantine, and loads of corrections that do not fit their rows
-- Why: quarantined = still open + corrected, and each corrected row has taken the place of one quarantined row
-- Cost: one pass over stg.correction and stg.reject
SELECT
    u.check_name,
    CAST(SUM(u.row_count) AS BIGINT) AS row_count
FROM (
    SELECT 'without a quarantined row' AS check_name, 1 AS row_count
    FROM stg.correction AS c
    WHERE NOT EXISTS (
        SELECT 1
        FROM stg.reject AS j
        INNER JOIN meta.load_run AS r
            ON r.load_id = j.load_id
            AND r.is_published = 1
        WHERE j.load_id = c.original_load_id
            AND j.line_number = c.original_line_number)
    UNION ALL
    SELECT 'of one row made twice' AS check_name, 1 AS row_count
    FROM stg.correction AS c
    GROUP BY c.original_load_id, c.original_line_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT 'load with other rows' AS check_name, 1 AS row_count
    FROM meta.load_run AS r
    INNER JOIN (
        SELECT d.load_id, CAST(COUNT(*) AS BIGINT) AS row_count
        FROM stg.correction AS d
        GROUP BY d.load_id) AS n
        ON n.load_id = r.load_id
    WHERE r.is_published = 0
        OR r.read_count <> n.row_count
        OR r.staged_count + r.superseded_count <> n.row_count) AS u
GROUP BY u.check_name
ORDER BY u.check_name
