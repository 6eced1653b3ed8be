-- Grain: one count of sources
-- What: resident children of a month by how many sources know them
-- Why: a child that few sources know is seen late
-- Cost: one month of fact.child_month
SELECT
    CAST(m.source_count AS INTEGER) AS source_count,
    CAST(COUNT(*) AS BIGINT) AS child_count
FROM fact.child_month AS m
WHERE m.month_key = @month_key
    AND m.is_resident = 1
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
GROUP BY
    m.source_count
ORDER BY
    m.source_count
