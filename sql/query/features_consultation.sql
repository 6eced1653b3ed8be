-- Grain: one child named in a consultation received before the snapshot, as known then.
-- What: consultations by who came: the family or child itself, or others; the last date of the others
-- Why: features of the consultation group; what was decided, and when, is never read here
-- Cost: one pass over fact.consultation
SELECT
    c.person_key AS child_key,
    CAST(SUM(CASE WHEN c.route_code IN ('family', 'child') THEN 0 ELSE 1 END) AS INTEGER) AS consultation_other_count,
    CAST(SUM(CASE WHEN c.route_code IN ('family', 'child') THEN 1 ELSE 0 END) AS INTEGER) AS consultation_own_count,
    MAX(CASE WHEN c.route_code NOT IN ('family', 'child') THEN c.received_date END) AS last_consultation_date
FROM fact.consultation AS c
WHERE c.person_key <> 0
    AND c.received_date < @snapshot_date
    AND c.received_date >= @consultation_from
    AND c.known_from_utc <= @as_known_utc
    AND c.known_to_utc > @as_known_utc
GROUP BY c.person_key
ORDER BY c.person_key
