-- What: source records that are linked to a person and those that are not, as known now
-- Why: the summary of a run
-- Cost: stg.link
SELECT
    CAST(COUNT(DISTINCT k.record_key) AS BIGINT) AS record_count,
    CAST(COUNT(DISTINCT CASE WHEN k.person_key <> 0 THEN k.record_key END) AS BIGINT) AS linked_count,
    CAST(COUNT(DISTINCT CASE WHEN k.person_key <> 0 THEN k.person_key END) AS BIGINT) AS person_count
FROM stg.link AS k
WHERE k.known_to_utc > @as_known_utc
