-- What: children who are not in the same district and age band in two months, by both; empty codes where a child is no resident
-- Why: a difference of two months tells of those who joined or left a figure between them; how many they are decides whether it may be told
-- Cost: two months of fact.child_month
SELECT
    COALESCE(a.district_code, '') AS earlier_row_code,
    COALESCE(a.age_band, '') AS earlier_column_code,
    COALESCE(b.district_code, '') AS later_row_code,
    COALESCE(b.age_band, '') AS later_column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        m.child_key AS child_key,
        MAX(p.district_code) AS district_code,
        MAX(CASE
            WHEN m.age_months < 36 THEN '00-02'
            WHEN m.age_months < 72 THEN '03-05'
            WHEN m.age_months < 144 THEN '06-11'
            WHEN m.age_months < 180 THEN '12-14'
            ELSE '15-17'
        END) AS age_band
    FROM fact.child_month AS m
    INNER JOIN dim.place AS p ON p.place_key = m.place_key
    WHERE m.month_key = @earlier_month_key
        AND m.is_resident = 1
        AND m.known_from_utc <= @earlier_known_utc
        AND m.known_to_utc > @earlier_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
    GROUP BY
        m.child_key
) AS a
FULL OUTER JOIN (
    SELECT
        m.child_key AS child_key,
        MAX(p.district_code) AS district_code,
        MAX(CASE
            WHEN m.age_months < 36 THEN '00-02'
            WHEN m.age_months < 72 THEN '03-05'
            WHEN m.age_months < 144 THEN '06-11'
            WHEN m.age_months < 180 THEN '12-14'
            ELSE '15-17'
        END) AS age_band
    FROM fact.child_month AS m
    INNER JOIN dim.place AS p ON p.place_key = m.place_key
    WHERE m.month_key = @later_month_key
        AND m.is_resident = 1
        AND m.known_from_utc <= @later_known_utc
        AND m.known_to_utc > @later_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
    GROUP BY
        m.child_key
) AS b ON b.child_key = a.child_key
WHERE a.child_key IS NULL
    OR b.child_key IS NULL
    OR a.district_code <> b.district_code
    OR a.age_band <> b.age_band
GROUP BY
    a.district_code,
    a.age_band,
    b.district_code,
    b.age_band
ORDER BY
    a.district_code,
    a.age_band,
    b.district_code,
    b.age_band
