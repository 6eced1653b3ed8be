-- What: resident children of a month by district and age band
-- Why: the denominator of every other table; counts leave the reader only through disclosure control
-- Cost: one month of fact.child_month
SELECT
    c.district_code AS row_code,
    c.age_band AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        p.district_code AS district_code,
        CASE
            WHEN m.age_months < 36 THEN '00-02'
            WHEN m.age_months < 72 THEN '03-05'
            WHEN m.age_months < 144 THEN '06-11'
            WHEN m.age_months < 180 THEN '12-14'
            ELSE '15-17'
        END AS age_band
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
    c.age_band
ORDER BY
    c.district_code,
    c.age_band
