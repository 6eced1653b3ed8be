-- What: check-ups of a child as known then
-- Why: a missed check-up and a finding are both events
-- Cost: a filter on fact.checkup
SELECT
    f.checkup_type AS checkup_type,
    f.due_date AS due_date,
    f.visit_date AS visit_date,
    f.is_attended AS is_attended,
    f.judgement_code AS judgement_code,
    f.caries_count AS caries_count,
    f.reminder_count AS reminder_count
FROM fact.checkup AS f
WHERE f.person_key = @child_key
    AND f.due_date <= @as_of
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.due_date,
    f.checkup_type
