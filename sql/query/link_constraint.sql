-- Grain: one pair of records that staff decided on
-- What: the decisions that stand
-- Why: the program never undoes what a person decided
-- Cost: one pass over ident.link_constraint
SELECT
    c.event_id,
    c.record_key,
    c.other_record_key,
    c.constraint_code
FROM ident.link_constraint AS c
WHERE c.known_to_utc = '9999-12-31'
ORDER BY c.record_key, c.other_record_key, c.event_id
