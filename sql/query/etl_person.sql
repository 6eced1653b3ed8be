-- Grain: one person
-- What: all person keys
-- Why: a new key is drawn again where it is taken
-- Cost: one pass over ident.person
SELECT
    p.person_key,
    p.minted_record_key
FROM ident.person AS p
ORDER BY p.person_key
