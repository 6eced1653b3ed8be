-- Grain: one link of one record
-- What: ends the link that stood
-- Why: a record without a match was recognised; the new link follows as a row of its own
-- Cost: one row by key
UPDATE ident.crosswalk
SET known_to_utc = @known_from_utc
WHERE record_key = @record_key
    AND known_to_utc = '9999-12-31'
