-- What: family consultations about a child as known then
-- Why: the history of contact and decision; what was filled in after the decision stays out
-- Cost: a filter on fact.consultation
SELECT
    f.received_date AS received_date,
    f.consultation_type AS consultation_type,
    f.route_code AS route_code,
    f.urgency_code AS urgency_code,
    f.safety_check_date AS safety_check_date,
    f.decision_code AS decision_code,
    f.decision_date AS decision_date,
    f.closed_date AS closed_date
FROM fact.consultation AS f
WHERE f.person_key = @child_key
    AND f.received_date <= @as_of
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.received_date,
    f.record_key
