-- Grain: one child with a session of counselling in the 12 months before the snapshot, as known then.
-- What: sessions by who asked: the child or its family, or the school; use of the support centre
-- Why: features of the counselling group; asking for help never raises a score
-- Cost: one pass over fact.counselling
SELECT
    c.person_key AS child_key,
    CAST(SUM(CASE WHEN c.requester_code IN ('child', 'guardian') THEN 1 ELSE 0 END) AS INTEGER) AS counselling_own_count_12m,
    CAST(SUM(CASE WHEN c.requester_code IN ('child', 'guardian') THEN 0 ELSE 1 END) AS INTEGER) AS counselling_school_count_12m,
    CAST(MAX(CASE WHEN c.channel_code = 'support_centre' THEN 1 ELSE 0 END) AS SMALLINT) AS support_centre_used_12m
FROM fact.counselling AS c
WHERE c.person_key <> 0
    AND c.session_date >= @from_12m
    AND c.session_date < @snapshot_date
    AND c.known_from_utc <= @as_known_utc
    AND c.known_to_utc > @as_known_utc
GROUP BY c.person_key
ORDER BY c.person_key
