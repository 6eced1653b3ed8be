-- Grain: one person in one feed
-- What: when a feed first told anything about a person
-- Why: source_count of a child and month
-- Cost: one pass over each fact table
SELECT
    u.person_key,
    u.feed,
    u.first_date,
    u.first_known_utc
FROM (
    SELECT
        s.person_key,
        'resident' AS feed,
        MIN(s.move_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.residence_move AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'household' AS feed,
        MIN(s.valid_from) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM dim.household_member AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'allowance' AS feed,
        MIN(s.valid_from) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.benefit_spell AS s
    WHERE s.person_key <> 0
        AND s.benefit_code = 'child_rearing_allowance'
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'nursery' AS feed,
        MIN(s.valid_from) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.nursery_enrolment AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'checkup' AS feed,
        MIN(s.due_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.checkup AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'school' AS feed,
        MIN(s.valid_from) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.school_enrolment AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'consultation' AS feed,
        MIN(s.received_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.consultation AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key,
        'attendance' AS feed,
        MIN(m.first_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.school_attendance_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.child_key AS person_key,
        'pregnancy' AS feed,
        MIN(s.notified_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.pregnancy AS s
    WHERE s.child_key <> 0
    GROUP BY s.child_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'vaccination' AS feed,
        MIN(s.vaccination_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.vaccination AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'nursery_attendance' AS feed,
        MIN(m.first_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.nursery_attendance_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'nurse_visit' AS feed,
        MIN(s.visit_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.nurse_visit AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'test_score' AS feed,
        MIN(m.first_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.test_score AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.school_year * 100 + 4
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'guidance' AS feed,
        MIN(s.noticed_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.guidance AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'school_health' AS feed,
        MIN(s.exam_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.school_health AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'counselling' AS feed,
        MIN(s.session_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.counselling AS s
    WHERE s.person_key <> 0
    GROUP BY s.person_key
    UNION ALL
    SELECT
        s.person_key AS person_key,
        'mood' AS feed,
        MIN(m.first_date) AS first_date,
        MIN(s.known_from_utc) AS first_known_utc
    FROM fact.mood_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key <> 0
    GROUP BY s.person_key) AS u
ORDER BY u.person_key, u.feed
