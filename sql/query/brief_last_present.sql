-- What: the last month in which the child was present at school or nursery on record
-- Why: when the child was last seen, as far as the files say
-- Cost: a filter on fact.school_attendance_month
SELECT
    COALESCE(MAX(f.month_key), 0) AS month_key
FROM fact.school_attendance_month AS f
WHERE f.person_key = @child_key
    AND f.present_days > 0
    AND f.month_key <= @month_key
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
