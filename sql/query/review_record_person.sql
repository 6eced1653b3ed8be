-- Grain: one record
-- What: the person that a record belongs to now
-- Why: decisions name records
-- Cost: one key of ident.crosswalk
SELECT
    x.record_key,
    x.person_key
FROM ident.crosswalk AS x
WHERE x.record_key = @record_key
    AND x.known_to_utc = '9999-12-31'
