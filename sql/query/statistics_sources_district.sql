-- What: resident children of a month by district and how many sources know them
-- Why: where the data is thin; a child with few sources is not scored
-- Cost: one month of fact.child_month
SELECT
    c.district_code AS row_code,
    c.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        p.district_code AS district_code,
        CASE WHEN m.source_count < 3 THEN '00-02' WHEN m.source_count < 6 THEN '03-05' ELSE '06-' END AS column_code
    FROM fact.child_month AS m
    INNER JOIN dim.place AS p ON p.place_key = m.place_key
    WHERE m.month_key = @month_key
        AND m.is_resident = 1
        AND m.known_from_utc <= @as_known_utc
        AND m.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
) AS c
GROUP BY
    c.district_code,
    c.column_code
ORDER BY
    c.district_code,
    c.column_code
