-- What: infant check-ups that fell due in the year before the last three months, by kind and whether somebody came
-- Why: missed check-ups, as the ministry asks for them; three months are left to catch up
-- Cost: fact.checkup
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        f.checkup_type AS row_code,
        CASE WHEN f.visit_date < @until_date THEN 'visited' ELSE 'missed' END AS column_code
    FROM fact.checkup AS f
    WHERE f.due_date >= @checkup_date
        AND f.due_date < @quarter_date
        AND f.known_from_utc <= @as_known_utc
        AND f.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
) AS g
GROUP BY
    g.row_code,
    g.column_code
ORDER BY
    g.row_code,
    g.column_code
