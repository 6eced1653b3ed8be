-- What: the last month with residents that is known and not after the month asked for
-- Why: statistics count children in one month
-- Cost: scan of one column of fact.child_month
SELECT
    COALESCE(MAX(m.month_key), 0) AS month_key
FROM fact.child_month AS m
WHERE m.is_resident = 1
    AND m.month_key <= @month_key
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
