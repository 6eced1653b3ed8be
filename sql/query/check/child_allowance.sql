-- Grain: one check
-- What: facts whose key has no member, rows of runs that are not published, versions of one business key whose known times overlap
-- Why: runs before each publish; foreign keys are not in the common schema
-- Cost: one anti-join for each key, one sort of the table
SELECT u.check_name, u.row_count
FROM (
    SELECT 'orphan fact.benefit_spell.child_allowance.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.benefit_spell AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
        AND s.benefit_code = 'child_allowance'
    UNION ALL
    SELECT 'orphan fact.benefit_spell.child_allowance.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.benefit_spell AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
        AND s.benefit_code = 'child_allowance'
    UNION ALL
    SELECT 'overlap fact.benefit_spell.child_allowance' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM (
        SELECT s.known_from_utc, LAG(s.known_to_utc) OVER (PARTITION BY s.certificate_key, s.record_key, s.valid_from ORDER BY s.known_from_utc) AS previous_to_utc
        FROM fact.benefit_spell AS s
        WHERE s.benefit_code = 'child_allowance') AS v
    WHERE v.previous_to_utc > v.known_from_utc) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
