-- Grain: one row
-- What: resident children of the latest month, and how many of them are the only one of their month of birth, sex and district
-- Why: without names a child can still be found by who knows these three; whoever hands the files on must see how many
-- Cost: one month of fact.child_month
SELECT
    COALESCE(SUM(g.child_count), 0) AS child_count,
    COALESCE(SUM(CASE WHEN g.child_count = 1 THEN 1 ELSE 0 END), 0) AS unique_count
FROM (
    SELECT c.birth_year_month, c.sex_code, p.district_code, CAST(COUNT(*) AS BIGINT) AS child_count
    FROM fact.child_month AS m
    INNER JOIN dim.child AS c ON c.child_key = m.child_key
    INNER JOIN dim.place AS p ON p.place_key = m.place_key
    WHERE m.is_resident = 1
        AND m.known_from_utc <= @known_utc
        AND m.known_to_utc > @known_utc
        AND m.month_key = (
            SELECT MAX(x.month_key)
            FROM fact.child_month AS x
            WHERE x.known_from_utc <= @known_utc AND x.known_to_utc > @known_utc
        )
    GROUP BY c.birth_year_month, c.sex_code, p.district_code
) AS g
