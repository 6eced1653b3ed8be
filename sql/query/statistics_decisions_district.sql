-- What: family consultations since a day by the district where the child lives in the month, none for those who do not, decision and day of receipt
-- Why: several years together, because a district has few cases in one; every consultation is in it, so that each year adds up to the table by year
-- Cost: fact.consultation and one month of fact.child_month
SELECT
    COALESCE(c.district_code, '') AS row_code,
    f.decision_code AS column_code,
    CAST(f.received_date AS VARCHAR(10)) AS received_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM fact.consultation AS f
LEFT JOIN (
    SELECT
        m.child_key AS child_key,
        MAX(p.district_code) AS district_code
    FROM fact.child_month AS m
    INNER JOIN dim.place AS p ON p.place_key = m.place_key
    WHERE m.month_key = @month_key
        AND m.is_resident = 1
        AND m.known_from_utc <= @as_known_utc
        AND m.known_to_utc > @as_known_utc
        AND NOT EXISTS (SELECT 1 FROM meta.load_run AS q WHERE q.load_id = m.load_id AND q.is_published = 0)
    GROUP BY
        m.child_key
) AS c ON c.child_key = f.person_key
WHERE f.received_date >= @from_date
    AND f.received_date < @until_date
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
GROUP BY
    c.district_code,
    f.decision_code,
    f.received_date
ORDER BY
    c.district_code,
    f.decision_code,
    f.received_date
