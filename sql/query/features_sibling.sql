-- Grain: one child with an older brother or sister at school in the same household at the snapshot, as known then.
-- What: most days that one of them was absent in the 12 months before the snapshot
-- Why: features of the household group
-- Cost: one pass over dim.household_member, dim.person and 12 months of fact.school_attendance_month
WITH known_child AS (
    SELECT
        h.household_key,
        h.person_key,
        MAX(p.birth_year_month) AS birth_year_month
    FROM dim.household_member AS h
    INNER JOIN dim.person AS p
        ON p.person_key = h.person_key
        AND p.birth_year_month >= @birth_month_from
        AND p.known_from_utc <= @as_known_utc
        AND p.known_to_utc > @as_known_utc
    WHERE h.person_key <> 0
        AND h.valid_from <= @snapshot_date
        AND h.valid_to > @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
    GROUP BY h.household_key, h.person_key
),
absence AS (
    SELECT
        a.person_key,
        SUM(a.absent_days) AS absent_days
    FROM fact.school_attendance_month AS a
    WHERE a.person_key <> 0
        AND a.month_key >= @month_12m
        AND a.month_key < @month_0m
        AND a.known_from_utc <= @as_known_utc
        AND a.known_to_utc > @as_known_utc
    GROUP BY a.person_key
)
SELECT
    c.person_key AS child_key,
    CAST(MAX(a.absent_days) AS INTEGER) AS elder_absent_days_12m
FROM known_child AS c
INNER JOIN known_child AS e
    ON e.household_key = c.household_key
    AND e.birth_year_month < c.birth_year_month
INNER JOIN absence AS a
    ON a.person_key = e.person_key
GROUP BY c.person_key
ORDER BY c.person_key
