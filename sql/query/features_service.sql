-- Grain: one child with a support service or a doctor's claim in the last 12 months, as known at the snapshot.
-- What: uses of support services; months with a visit to a doctor and to a dentist
-- Why: features of the service group: what reaches the child, never what was found
-- Cost: one pass over fact.service_use and fact.medical_month
SELECT
    u.person_key AS child_key,
    CAST(SUM(u.use_count) AS INTEGER) AS service_uses_12m,
    CAST(COUNT(DISTINCT u.medical_month) AS INTEGER) AS medical_months_12m,
    CAST(COUNT(DISTINCT u.dental_month) AS INTEGER) AS dental_months_12m
FROM (
    SELECT
        s.person_key,
        s.use_count,
        CAST(NULL AS INTEGER) AS medical_month,
        CAST(NULL AS INTEGER) AS dental_month
    FROM fact.service_use AS s
    WHERE s.use_date > @from_12m
        AND s.use_date <= @snapshot_date
        AND s.known_from_utc <= @as_known_utc
        AND s.known_to_utc > @as_known_utc
    UNION ALL
    SELECT
        m.person_key,
        0 AS use_count,
        CASE WHEN m.care_kind = 'medical' THEN m.month_key END AS medical_month,
        CASE WHEN m.care_kind = 'dental' THEN m.month_key END AS dental_month
    FROM fact.medical_month AS m
    WHERE m.month_key >= @month_12m
        AND m.month_key < @month_0m
        AND m.known_from_utc <= @as_known_utc
        AND m.known_to_utc > @as_known_utc) AS u
WHERE u.person_key <> 0
GROUP BY u.person_key
ORDER BY u.person_key
