-- Grain: one link of one record
-- What: the links as the warehouse knows them
-- Why: records whose link changed are derived anew
-- Cost: one pass over stg.link
SELECT
    x.record_key,
    x.person_key,
    x.known_from_utc,
    x.known_to_utc
FROM stg.link AS x
ORDER BY x.record_key, x.known_from_utc
