-- Grain: one child in an incident that a school noticed in the 24 months before the snapshot, as known then.
-- What: times as the target of bullying, and other incidents
-- Why: features of the guidance group
-- Cost: one pass over fact.guidance
SELECT
    g.person_key AS child_key,
    CAST(SUM(CASE WHEN g.role_code = 'target' THEN 1 ELSE 0 END) AS INTEGER) AS bullied_count_24m,
    CAST(SUM(CASE WHEN g.role_code = 'target' THEN 0 ELSE 1 END) AS INTEGER) AS conduct_count_24m
FROM fact.guidance AS g
WHERE g.person_key <> 0
    AND g.noticed_date >= @from_24m
    AND g.noticed_date < @snapshot_date
    AND g.known_from_utc <= @as_known_utc
    AND g.known_to_utc > @as_known_utc
GROUP BY g.person_key
ORDER BY g.person_key
