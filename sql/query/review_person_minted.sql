-- Grain: one person
-- What: the person that was minted for a record, or has a key
-- Why: a record that leaves a person goes back to its own where it has one; a drawn key may be taken
-- Cost: one pass over ident.person
SELECT
    p.person_key,
    p.minted_record_key,
    p.minted_utc
FROM ident.person AS p
WHERE p.minted_record_key = @record_key
    OR p.person_key = @person_key
ORDER BY p.person_key
