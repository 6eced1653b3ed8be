-- Grain: one person
-- What: the identity as it is printed now
-- Why: only profiles that changed are written
-- Cost: one pass over ident.person_profile
SELECT
    p.person_key,
    p.name_kanji,
    p.name_kana,
    p.birth_date,
    p.sex_code,
    p.address,
    p.resident_number,
    p.household_number,
    p.profile_record_key
FROM ident.person_profile AS p
ORDER BY p.person_key
