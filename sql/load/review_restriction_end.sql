-- Grain: one restriction that a decision copied
-- What: ends the restrictions that a decision gave to a person
-- Why: the decision was taken back
-- Cost: a filter on ident.restriction
UPDATE ident.restriction
SET known_to_utc = @now_utc
WHERE person_key = @person_key
    AND known_from_utc = @decided_utc
    AND known_to_utc = '9999-12-31'
