-- Grain: one version of one resident-register event
-- What: events with their times
-- Why: residence by month is derived from them
-- Cost: one pass over fact.residence_move
SELECT
    m.person_key,
    m.move_code,
    m.move_date,
    m.place_key,
    m.household_key,
    m.known_from_utc,
    m.known_to_utc,
    m.load_id
FROM fact.residence_move AS m
WHERE m.person_key <> 0
ORDER BY m.person_key, m.move_date, m.known_from_utc, m.load_id, m.record_key
