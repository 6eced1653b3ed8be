-- What: resident children of a month by source: with at least one record of it, and all
-- Why: coverage of the sources; one child may be in several rows
-- Cost: one scan of the key columns of each fact table
SELECT
    s.feed AS row_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        m.child_key AS child_key
    FROM fact.child_month AS m
    WHERE m.month_key = @month_key
        AND m.is_resident = 1
        AND m.known_from_utc <= @as_known_utc
        AND m.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
) AS c
INNER JOIN (
    SELECT DISTINCT
        'allowance' AS feed,
        f.person_key AS child_key
    FROM fact.benefit_spell AS f
    WHERE f.person_key <> 0
        AND f.benefit_code = 'child_rearing_allowance'
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'attendance' AS feed,
        f.person_key AS child_key
    FROM fact.school_attendance_month AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'checkup' AS feed,
        f.person_key AS child_key
    FROM fact.checkup AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'consultation' AS feed,
        f.person_key AS child_key
    FROM fact.consultation AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'household' AS feed,
        f.person_key AS child_key
    FROM dim.household_member AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'nursery' AS feed,
        f.person_key AS child_key
    FROM fact.nursery_enrolment AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'school' AS feed,
        f.person_key AS child_key
    FROM fact.school_enrolment AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
) AS s ON s.child_key = c.child_key
GROUP BY
    s.feed
ORDER BY
    s.feed
