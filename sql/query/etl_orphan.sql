-- Grain: one key column
-- What: dimension rows and child-months whose key has no member, and rows of runs that are not published
-- Why: runs before each publish; foreign keys are not in the common schema
-- Cost: one anti-join for each key
SELECT u.check_name, u.row_count
FROM (
    SELECT 'dim.household_member.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM dim.household_member AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.child_month.place_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.place_key NOT IN (SELECT d.place_key FROM dim.place AS d)
    UNION ALL
    SELECT 'fact.child_month.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.child_month.child_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.child_key NOT IN (SELECT d.child_key FROM dim.child AS d)
    UNION ALL
    SELECT 'fact.child_month.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
