-- Grain: one link of one record
-- What: whom a record belonged to and when that was known
-- Why: a trace that starts at a record is authorised by the person that it leads to
-- Cost: one pass over stg.link
SELECT
    l.record_key,
    l.person_key,
    l.known_from_utc,
    l.known_to_utc
FROM stg.link AS l
WHERE l.record_key = @record_key
ORDER BY
    l.known_from_utc
