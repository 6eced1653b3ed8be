-- Grain: one child with an absence in the 12 months before the snapshot, as known then.
-- What: absences without a known reason, and with headache or stomach ache
-- Why: features of the attendance group that need the day
-- Cost: one pass over 12 months of fact.school_attendance_day
SELECT
    d.person_key AS child_key,
    CAST(SUM(CASE WHEN d.reason_code = 'unknown' THEN 1 ELSE 0 END) AS INTEGER) AS absent_unknown_days_12m,
    CAST(SUM(CASE WHEN d.reason_code IN ('headache', 'stomach') THEN 1 ELSE 0 END) AS INTEGER) AS absent_pain_days_12m
FROM fact.school_attendance_day AS d
WHERE d.person_key <> 0
    AND d.attendance_code = 'absent'
    AND d.date_key >= @date_12m
    AND d.date_key < @date_0m
    AND d.known_from_utc <= @as_known_utc
    AND d.known_to_utc > @as_known_utc
GROUP BY d.person_key
ORDER BY d.person_key
