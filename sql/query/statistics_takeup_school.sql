-- What: resident children of a month by whether a benefit hints at school aid and whether school aid runs
-- Why: take-up: pupils of primary and junior high school with the child-rearing allowance or public assistance are thought eligible
-- Cost: one month of fact.child_month, fact.benefit_spell twice
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE WHEN c.grade_code >= 1 AND c.grade_code <= 9 AND e.child_key IS NOT NULL THEN 'eligible' ELSE 'other' END AS row_code,
        CASE WHEN b.child_key IS NULL THEN 'without' ELSE 'with' END AS column_code
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
            b.person_key AS child_key
        FROM fact.benefit_spell AS b
        WHERE b.benefit_code IN ('child_rearing_allowance', 'public_assistance')
            AND b.valid_from < @until_date
            AND b.valid_to >= @until_date
            AND b.known_from_utc <= @as_known_utc
            AND b.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = b.load_id AND r.is_published = 0)
        GROUP BY
            b.person_key
    ) AS e ON e.child_key = c.child_key
    LEFT JOIN (
        SELECT
            b.person_key AS child_key
        FROM fact.benefit_spell AS b
        WHERE b.benefit_code = 'school_aid'
            AND b.valid_from < @until_date
            AND b.valid_to >= @until_date
            AND b.known_from_utc <= @as_known_utc
            AND b.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = b.load_id AND r.is_published = 0)
        GROUP BY
            b.person_key
    ) AS b ON b.child_key = c.child_key
) AS g
GROUP BY
    g.row_code,
    g.column_code
ORDER BY
    g.row_code,
    g.column_code
