-- What: resident children of a month by age band and whether support was found needed in the pooled years
-- Why: need by age; several years together, because one holds too few
-- Cost: one month of fact.child_month, fact.consultation
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE
            WHEN c.age_months < 72 THEN '00-05'
            WHEN c.age_months < 144 THEN '06-11'
            ELSE '12-17'
        END AS row_code,
        CASE WHEN n.child_key IS NULL THEN 'without' ELSE 'with' END AS column_code
    FROM (
        SELECT
            m.child_key AS child_key,
            MAX(m.household_key) AS household_key,
            MAX(m.age_months) AS age_months,
            MAX(m.grade_code) AS grade_code
        FROM fact.child_month AS m
        INNER JOIN dim.place AS p ON p.place_key = m.place_key
        WHERE m.month_key = @month_key
            AND m.is_resident = 1
            AND m.known_from_utc <= @as_known_utc
            AND m.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
        GROUP BY
            m.child_key
    ) AS c
    LEFT JOIN (
        SELECT
            f.person_key AS child_key
        FROM fact.consultation AS f
        WHERE f.decision_code = 'need'
            AND f.received_date >= @from_date
            AND f.received_date < @until_date
            AND f.known_from_utc <= @as_known_utc
            AND f.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
        GROUP BY
            f.person_key
    ) AS n ON n.child_key = c.child_key
) AS g
GROUP BY
    g.row_code,
    g.column_code
ORDER BY
    g.row_code,
    g.column_code
