-- Grain: one version of one record
-- What: ends the version that was current
-- Why: the source states another identity from now on
-- Cost: one row by key
UPDATE ident.source_record
SET known_to_utc = @known_from_utc
WHERE record_key = @record_key
    AND known_to_utc = '9999-12-31'
