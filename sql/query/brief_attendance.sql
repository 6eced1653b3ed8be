-- What: days at school of a child by month as known then
-- Why: absence is the commonest sign that something changed
-- Cost: a filter on fact.school_attendance_month
SELECT
    f.month_key AS month_key,
    CAST(SUM(f.enrolled_days) AS INTEGER) AS enrolled_days,
    CAST(SUM(f.absent_days) AS INTEGER) AS absent_days,
    CAST(SUM(f.late_days) AS INTEGER) AS late_days,
    MAX(CASE WHEN f.present_days > 0 THEN 1 ELSE 0 END) AS was_present
FROM fact.school_attendance_month AS f
WHERE f.person_key = @child_key
    AND f.month_key <= @month_key
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
GROUP BY
    f.month_key
ORDER BY
    f.month_key
