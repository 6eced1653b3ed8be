-- Grain: one child who came to the school nurse in the 12 months before the snapshot, as known then.
-- What: visits in all, with stomach ache, with headache or nausea, and to talk
-- Why: features of the school nurse group
-- Cost: one pass over fact.nurse_visit
SELECT
    n.person_key AS child_key,
    CAST(COUNT(*) AS INTEGER) AS nurse_visit_count_12m,
    CAST(SUM(CASE WHEN n.complaint_code = 'stomach' THEN 1 ELSE 0 END) AS INTEGER) AS nurse_stomach_count_12m,
    CAST(SUM(CASE WHEN n.complaint_code IN ('headache', 'nausea') THEN 1 ELSE 0 END) AS INTEGER) AS nurse_headache_count_12m,
    CAST(SUM(CASE WHEN n.category_code = 'talk' THEN 1 ELSE 0 END) AS INTEGER) AS nurse_talk_count_12m
FROM fact.nurse_visit AS n
WHERE n.person_key <> 0
    AND n.visit_date >= @from_12m
    AND n.visit_date < @snapshot_date
    AND n.known_from_utc <= @as_known_utc
    AND n.known_to_utc > @as_known_utc
GROUP BY n.person_key
ORDER BY n.person_key
