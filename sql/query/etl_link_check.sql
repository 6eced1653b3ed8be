-- Grain: one kind of fault
-- What: links that overlap, and staged records without a link
-- Why: every record belongs to exactly one person at any time
-- Cost: one pass over stg.link
SELECT u.check_name, u.row_count
FROM (
    SELECT 'stg.link overlap' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.record_key ORDER BY s.known_from_utc, s.known_to_utc) AS previous_to_utc
        FROM stg.link AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc
    UNION ALL
    SELECT 'stg.trait without link' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM stg.trait AS s
    WHERE s.record_key NOT IN (SELECT l.record_key FROM stg.link AS l)
    UNION ALL
    SELECT 'stg.attendance without link' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM stg.attendance AS s
    WHERE s.record_key NOT IN (SELECT l.record_key FROM stg.link AS l)) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
