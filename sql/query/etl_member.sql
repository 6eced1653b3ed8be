-- Grain: one version of one stay in a household
-- What: stays with their times
-- Why: households and kinship are derived from them
-- Cost: one pass over dim.household_member
SELECT
    m.household_key,
    m.person_key,
    m.relation_code,
    m.is_head,
    m.valid_from,
    m.valid_to,
    m.known_from_utc,
    m.known_to_utc,
    m.load_id
FROM dim.household_member AS m
WHERE m.household_key <> 0
    AND m.person_key <> 0
ORDER BY m.household_key, m.person_key, m.valid_from, m.known_from_utc, m.load_id
