-- What: children with an open, undecided consultation that is graded urgent or reports abuse without a safety check
-- Why: such cases pass by the model and stand first
-- Cost: the open consultations
SELECT
    o.person_key AS child_key,
    MIN(o.received_date) AS received_date,
    p.district_code AS district_code,
    p.district_name AS district_name,
    m.age_months AS age_months,
    m.grade_code AS grade_code
FROM fact.consultation AS o
INNER JOIN fact.child_month AS m ON m.child_key = o.person_key
INNER JOIN dim.place AS p ON p.place_key = m.place_key
WHERE o.person_key <> 0
    AND o.closed_date IS NULL
    AND o.decision_code IN ('none', 'pending')
    AND (o.urgency_code IN ('aa', 'a') OR (o.consultation_type = 'abuse' AND o.safety_check_date IS NULL))
    AND o.received_date <= @as_of
    AND o.known_from_utc <= @as_known_utc
    AND o.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = o.load_id AND r.is_published = 0)
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND m.month_key = (
        SELECT MAX(k.month_key)
        FROM fact.child_month AS k
        WHERE k.child_key = o.person_key
            AND k.month_key <= @month_key
            AND k.known_from_utc <= @as_known_utc
            AND k.known_to_utc > @as_known_utc
    )
GROUP BY
    o.person_key,
    p.district_code,
    p.district_name,
    m.age_months,
    m.grade_code
ORDER BY
    MIN(o.received_date),
    o.person_key
