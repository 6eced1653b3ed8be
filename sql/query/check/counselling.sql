-- Grain: one check
-- What: facts whose key has no member, rows of runs that are not published, versions of one business key whose known times overlap
-- Why: runs before each publish; foreign keys are not in the common schema
-- Cost: one anti-join for each key, one sort of the table
SELECT u.check_name, u.row_count
FROM (
    SELECT 'orphan fact.counselling.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.counselling AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'orphan fact.counselling.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.counselling AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'overlap fact.counselling' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.record_key, s.session_date, s.channel_code ORDER BY s.known_from_utc) AS previous_to_utc
        FROM fact.counselling AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
