-- Grain: one child with nursery days in the 6 months before the snapshot, as known then.
-- What: days absent, absent without a word, and fetched after closing, in whole months before the snapshot
-- Why: features of the nursery group
-- Cost: one pass over 6 months of fact.nursery_attendance_month
SELECT
    n.person_key AS child_key,
    CAST(SUM(n.absent_days) AS INTEGER) AS nursery_absent_days_6m,
    CAST(SUM(n.no_contact_days) AS INTEGER) AS nursery_no_contact_days_6m,
    CAST(SUM(n.late_pickup_days) AS INTEGER) AS nursery_late_pickup_days_6m
FROM fact.nursery_attendance_month AS n
WHERE n.person_key <> 0
    AND n.month_key >= @month_6m
    AND n.month_key < @month_0m
    AND n.known_from_utc <= @as_known_utc
    AND n.known_to_utc > @as_known_utc
GROUP BY n.person_key
ORDER BY n.person_key
