-- What: resident children of a month by source: with at least one record of it, and all
-- Why: coverage of the sources; one child may be in several rows
-- Cost: one scan of the key columns of each fact table
SELECT
    s.feed AS row_code,
    'with' AS column_code,
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
        'child_allowance' AS feed,
        f.person_key AS child_key
    FROM fact.benefit_spell AS f
    WHERE f.person_key <> 0
        AND f.benefit_code = 'child_allowance'
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'school_aid' AS feed,
        f.person_key AS child_key
    FROM fact.benefit_spell AS f
    WHERE f.person_key <> 0
        AND f.benefit_code = 'school_aid'
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'medical_month' AS feed,
        f.person_key AS child_key
    FROM fact.medical_month AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'service_use' AS feed,
        f.person_key AS child_key
    FROM fact.service_use AS f
    WHERE f.person_key <> 0
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
    UNION ALL
    SELECT DISTINCT
        'pregnancy' AS feed,
        f.child_key AS child_key
    FROM fact.pregnancy AS f
    WHERE f.child_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'vaccination' AS feed,
        f.person_key AS child_key
    FROM fact.vaccination AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'nursery_attendance' AS feed,
        f.person_key AS child_key
    FROM fact.nursery_attendance_month AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'nurse_visit' AS feed,
        f.person_key AS child_key
    FROM fact.nurse_visit AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'test_score' AS feed,
        f.person_key AS child_key
    FROM fact.test_score AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'guidance' AS feed,
        f.person_key AS child_key
    FROM fact.guidance AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'school_health' AS feed,
        f.person_key AS child_key
    FROM fact.school_health AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'counselling' AS feed,
        f.person_key AS child_key
    FROM fact.counselling AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    UNION ALL
    SELECT DISTINCT
        'mood' AS feed,
        f.person_key AS child_key
    FROM fact.mood_month AS f
    WHERE f.person_key <> 0
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
) AS s ON s.child_key = c.child_key
GROUP BY
    s.feed
ORDER BY
    s.feed
