-- Grain: one restriction
-- What: ends what was known of an open measure
-- Why: the measure was lifted; the closed version follows as a row of its own
-- Cost: one row by key
UPDATE ident.restriction
SET known_to_utc = @known_from_utc
WHERE person_key = @person_key
    AND known_to_utc = '9999-12-31'
    AND valid_to = '9999-12-31'
