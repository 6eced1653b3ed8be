-- Grain: one person with a record in any feed about something that happened by the snapshot, as known then.
-- What: in how many of the feeds the person is found
-- Why: a score from too few sources is withheld (thin file)
-- Cost: one pass over each fact table
SELECT
    u.person_key AS child_key,
    CAST(COUNT(DISTINCT u.feed) AS INTEGER) AS source_count
FROM (
    SELECT v.person_key, 'resident' AS feed
    FROM fact.residence_move AS v
    WHERE v.move_date <= @snapshot_date AND v.known_from_utc <= @as_known_utc AND v.known_to_utc > @as_known_utc
    UNION
    SELECT h.person_key, 'household' AS feed
    FROM dim.household_member AS h
    WHERE h.valid_from <= @snapshot_date AND h.known_from_utc <= @as_known_utc AND h.known_to_utc > @as_known_utc
    UNION
    SELECT b.person_key, 'allowance' AS feed
    FROM fact.benefit_spell AS b
    WHERE b.benefit_code = 'child_rearing_allowance' AND b.valid_from <= @snapshot_date AND b.known_from_utc <= @as_known_utc AND b.known_to_utc > @as_known_utc
    UNION
    SELECT n.person_key, 'nursery' AS feed
    FROM fact.nursery_enrolment AS n
    WHERE n.valid_from <= @snapshot_date AND n.known_from_utc <= @as_known_utc AND n.known_to_utc > @as_known_utc
    UNION
    SELECT k.person_key, 'checkup' AS feed
    FROM fact.checkup AS k
    WHERE k.due_date <= @snapshot_date AND k.known_from_utc <= @as_known_utc AND k.known_to_utc > @as_known_utc
    UNION
    SELECT e.person_key, 'school' AS feed
    FROM fact.school_enrolment AS e
    WHERE e.valid_from <= @snapshot_date AND e.known_from_utc <= @as_known_utc AND e.known_to_utc > @as_known_utc
    UNION
    SELECT a.person_key, 'attendance' AS feed
    FROM fact.school_attendance_month AS a
    WHERE a.month_key < @month_0m AND a.known_from_utc <= @as_known_utc AND a.known_to_utc > @as_known_utc
    UNION
    SELECT c.person_key, 'consultation' AS feed
    FROM fact.consultation AS c
    WHERE c.received_date < @snapshot_date AND c.known_from_utc <= @as_known_utc AND c.known_to_utc > @as_known_utc
    UNION
    -- Of the other feeds only those count in which somebody has met the child or decided about it: a register that lists everybody tells nothing of how a child is.
    SELECT b.person_key, b.benefit_code AS feed
    FROM fact.benefit_spell AS b
    WHERE b.benefit_code IN ('public_assistance', 'school_aid') AND b.valid_from <= @snapshot_date AND b.known_from_utc <= @as_known_utc AND b.known_to_utc > @as_known_utc
    UNION
    SELECT d.person_key, 'disability' AS feed
    FROM fact.status_spell AS d
    WHERE d.status_group = 'disability' AND d.valid_from <= @snapshot_date AND d.known_from_utc <= @as_known_utc AND d.known_to_utc > @as_known_utc
    UNION
    SELECT m.person_key, 'medical_month' AS feed
    FROM fact.medical_month AS m
    WHERE m.month_key < @month_0m AND m.month_key >= @month_12m AND m.known_from_utc <= @as_known_utc AND m.known_to_utc > @as_known_utc
    UNION
    SELECT w.person_key, 'service_use' AS feed
    FROM fact.service_use AS w
    WHERE w.use_date <= @snapshot_date AND w.known_from_utc <= @as_known_utc AND w.known_to_utc > @as_known_utc
    UNION
    SELECT s.child_key, 'pregnancy' AS feed
    FROM fact.pregnancy AS s
    WHERE s.notified_date <= @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'vaccination' AS feed
    FROM fact.vaccination AS s
    WHERE s.vaccination_date <= @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'nursery_attendance' AS feed
    FROM fact.nursery_attendance_month AS s
    WHERE s.month_key < @month_0m AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'nurse_visit' AS feed
    FROM fact.nurse_visit AS s
    WHERE s.visit_date < @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'test_score' AS feed
    FROM fact.test_score AS s
    WHERE s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'guidance' AS feed
    FROM fact.guidance AS s
    WHERE s.noticed_date < @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'school_health' AS feed
    FROM fact.school_health AS s
    WHERE s.exam_date < @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'counselling' AS feed
    FROM fact.counselling AS s
    WHERE s.session_date < @snapshot_date AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
    UNION
    SELECT s.person_key, 'mood' AS feed
    FROM fact.mood_month AS s
    WHERE s.month_key < @month_0m AND s.known_from_utc <= @as_known_utc AND s.known_to_utc > @as_known_utc
) AS u
WHERE u.person_key <> 0
    AND u.person_key IN (SELECT p.person_key FROM dim.person AS p WHERE p.birth_year_month >= @birth_month_from)
GROUP BY u.person_key
ORDER BY u.person_key
