-- Grain: one table
-- What: versions of one business key whose known times overlap
-- Why: at any time each key has at most one version
-- Cost: one sort of each table
SELECT u.check_name, u.row_count
FROM (
    SELECT 'fact.child_month' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.child_key, s.month_key ORDER BY s.known_from_utc) AS previous_to_utc
        FROM fact.child_month AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc
    UNION ALL
    SELECT 'dim.person' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.person_key, s.valid_from ORDER BY s.known_from_utc) AS previous_to_utc
        FROM dim.person AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc
    UNION ALL
    SELECT 'dim.household' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.household_key, s.valid_from ORDER BY s.known_from_utc) AS previous_to_utc
        FROM dim.household AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc
    UNION ALL
    SELECT 'dim.household_member' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.household_key, s.record_key, s.valid_from ORDER BY s.known_from_utc) AS previous_to_utc
        FROM dim.household_member AS s) AS v
    WHERE v.previous_to_utc > v.known_from_utc) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
