-- Grain: one child of one consultation, as known.
-- What: when it came, what was decided and when, when it was closed
-- Why: labels, and cases open at a snapshot; never features
-- Cost: one pass over fact.consultation
SELECT
    c.person_key AS child_key,
    c.received_date,
    c.decision_code,
    c.decision_date,
    c.closed_date
FROM fact.consultation AS c
WHERE c.person_key <> 0
    AND c.known_from_utc <= @as_known_utc
    AND c.known_to_utc > @as_known_utc
ORDER BY c.person_key, c.received_date, c.record_key
