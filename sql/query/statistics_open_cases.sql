-- What: family consultations open at the end of the month by how long ago they were received and decision
-- Why: capacity: what waits for a decision, and since when
-- Cost: fact.consultation
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE
            WHEN f.received_date >= @quarter_date THEN '00-02'
            WHEN f.received_date >= @half_date THEN '03-05'
            WHEN f.received_date >= @year_date THEN '06-11'
            ELSE '12-'
        END AS row_code,
        f.decision_code AS column_code
    FROM fact.consultation AS f
    WHERE f.received_date < @until_date
        AND (f.closed_date IS NULL OR f.closed_date >= @until_date)
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
