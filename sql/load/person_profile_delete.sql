-- Grain: one person
-- What: takes the profile of a person away
-- Why: nothing is printed of a person without records
-- Cost: one row by key
DELETE FROM ident.person_profile
WHERE person_key = @person_key
