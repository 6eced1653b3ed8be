-- Grain: one child with a nursery stay so far, as known at the snapshot.
-- What: whether enrolled now, left for family reasons in the last 12 months, changes of nursery in 24 months
-- Why: features of the nursery group
-- Cost: one pass over fact.nursery_enrolment
SELECT
    n.person_key AS child_key,
    CAST(MAX(CASE WHEN n.valid_to > @snapshot_date THEN 1 ELSE 0 END) AS SMALLINT) AS is_in_nursery,
    CAST(MAX(CASE
        WHEN n.leave_reason_code = 'family' AND n.valid_to > @from_12m AND n.valid_to <= @snapshot_date THEN 1
        ELSE 0 END) AS SMALLINT) AS left_nursery_family_12m,
    CAST(CASE
        WHEN COUNT(DISTINCT CASE WHEN n.valid_to > @from_24m THEN n.facility_key END) > 1
            THEN COUNT(DISTINCT CASE WHEN n.valid_to > @from_24m THEN n.facility_key END) - 1
        ELSE 0 END AS INTEGER) AS nursery_change_24m
FROM fact.nursery_enrolment AS n
WHERE n.person_key <> 0
    AND n.valid_from <= @snapshot_date
    AND n.known_from_utc <= @as_known_utc
    AND n.known_to_utc > @as_known_utc
GROUP BY n.person_key
ORDER BY n.person_key
