-- Grain: one child of one council case, as known.
-- What: when it was registered and closed
-- Why: children whom staff already support are not listed, and a registration is a decision for support; never features
-- Cost: one pass over fact.council_case
SELECT
    c.person_key AS child_key,
    c.registered_date,
    c.closed_date
FROM fact.council_case AS c
WHERE c.person_key <> 0
    AND c.known_from_utc <= @as_known_utc
    AND c.known_to_utc > @as_known_utc
ORDER BY c.person_key, c.registered_date, c.record_key
