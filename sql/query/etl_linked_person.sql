-- Grain: one person that a record is or was linked to
-- What: since when
-- Why: dim.person has a row for each
-- Cost: one pass over stg.link
SELECT
    x.person_key,
    MIN(x.known_from_utc) AS known_from_utc
FROM stg.link AS x
GROUP BY x.person_key
ORDER BY x.person_key
