-- Grain: one other person
-- What: persons of the register with the birth date and the household of a person
-- Why: twins are shown beside each other, so that nobody takes one for the other
-- Cost: one pass over ident.person_profile
SELECT
    t.person_key,
    t.profile_record_key
FROM ident.person_profile AS p
INNER JOIN ident.person_profile AS t
    ON t.birth_date = p.birth_date
    AND t.household_number = p.household_number
    AND t.person_key <> p.person_key
WHERE p.person_key = @person_key
ORDER BY t.person_key
