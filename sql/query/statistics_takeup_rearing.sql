-- What: resident children of a month by kind of household and whether the child-rearing allowance runs
-- Why: take-up: the allowance is for single parents; income is not known here
-- Cost: one month of fact.child_month, dim.household, fact.benefit_spell
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE WHEN h.is_single_parent = 1 THEN 'single' ELSE 'other' END AS row_code,
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
            h.household_key AS household_key,
            MAX(h.is_single_parent) AS is_single_parent
        FROM dim.household AS h
        WHERE h.valid_from < @until_date
            AND h.valid_to >= @until_date
            AND h.known_from_utc <= @as_known_utc
            AND h.known_to_utc > @as_known_utc
            AND h.household_key <> 0
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = h.load_id AND r.is_published = 0)
        GROUP BY
            h.household_key
    ) AS h ON h.household_key = c.household_key
    LEFT JOIN (
        SELECT
            b.person_key AS child_key
        FROM fact.benefit_spell AS b
        WHERE b.benefit_code = 'child_rearing_allowance'
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
