-- Grain: one version of one benefit spell
-- What: recipient and child
-- Why: the recipient of the allowance is a parent or guardian of the child
-- Cost: one pass over fact.benefit_spell
SELECT
    b.person_key,
    b.recipient_key,
    b.valid_from,
    b.known_from_utc,
    b.known_to_utc,
    b.load_id
FROM fact.benefit_spell AS b
WHERE b.person_key <> 0
    AND b.recipient_key <> 0
    AND b.benefit_code = 'child_rearing_allowance'
ORDER BY b.person_key, b.recipient_key, b.known_from_utc, b.load_id
