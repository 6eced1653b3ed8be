-- What: a child with the last month on record as known then
-- Why: where it lives, its grade and how many sources know it
-- Cost: one key look-up and a filter on fact.child_month
SELECT
    c.child_key AS child_key,
    c.birth_year_month AS birth_year_month,
    c.school_cohort_year AS school_cohort_year,
    c.sex_code AS sex_code,
    m.month_key AS month_key,
    m.age_months AS age_months,
    m.grade_code AS grade_code,
    m.household_key AS household_key,
    m.source_count AS source_count,
    m.is_resident AS is_resident,
    p.district_code AS district_code,
    p.district_name AS district_name,
    p.city_name AS city_name,
    n.facility_name AS facility_name,
    n.facility_kind AS facility_kind
FROM dim.child AS c
INNER JOIN fact.child_month AS m ON m.child_key = c.child_key
INNER JOIN dim.place AS p ON p.place_key = m.place_key
INNER JOIN dim.facility AS n ON n.facility_key = m.facility_key
WHERE c.child_key = @child_key
    AND c.child_key <> 0
    AND m.month_key = (
        SELECT MAX(x.month_key)
        FROM fact.child_month AS x
        WHERE x.child_key = @child_key
            AND x.month_key <= @month_key
            AND x.known_from_utc <= @as_known_utc
            AND x.known_to_utc > @as_known_utc
    )
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
ORDER BY
    m.is_resident DESC,
    m.place_key
