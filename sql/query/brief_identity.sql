-- What: the identity to print of one person
-- Why: a caseworker reads one child and its household, with a purpose, after the audit row
-- Cost: one key look-up
SELECT
    p.person_key AS person_key,
    p.name_kanji AS name_kanji,
    p.name_kana AS name_kana,
    p.birth_date AS birth_date,
    p.sex_code AS sex_code,
    p.address AS address
FROM ident.person_profile AS p
WHERE p.person_key = @person_key
ORDER BY
    p.person_key
