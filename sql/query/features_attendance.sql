-- Grain: one child with school attendance in the 12 months before the snapshot, as known then.
-- What: days on the roll, absent, late and left early, by window of whole months before the snapshot
-- Why: features of the attendance group
-- Cost: one pass over 12 months of fact.school_attendance_month
SELECT
    a.person_key AS child_key,
    CAST(SUM(CASE WHEN a.month_key >= @month_3m THEN a.absent_days END) AS INTEGER) AS absent_days_3m,
    CAST(SUM(CASE WHEN a.month_key >= @month_6m THEN a.absent_days END) AS INTEGER) AS absent_days_6m,
    CAST(SUM(a.absent_days) AS INTEGER) AS absent_days_12m,
    CAST(SUM(CASE WHEN a.month_key >= @month_6m THEN a.enrolled_days END) AS INTEGER) AS enrolled_days_6m,
    CAST(SUM(a.enrolled_days) AS INTEGER) AS enrolled_days_12m,
    CAST(SUM(a.late_days) AS INTEGER) AS late_days_12m,
    CAST(SUM(a.early_leave_days) AS INTEGER) AS early_leave_days_12m
FROM fact.school_attendance_month AS a
WHERE a.person_key <> 0
    AND a.month_key >= @month_12m
    AND a.month_key < @month_0m
    AND a.known_from_utc <= @as_known_utc
    AND a.known_to_utc > @as_known_utc
GROUP BY a.person_key
ORDER BY a.person_key
