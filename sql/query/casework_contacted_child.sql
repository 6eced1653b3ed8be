-- What: children with contacts on record, with what tells them apart without a name
-- Why: a reminder must reach the caseworker also where the model scores or lists the child no more
-- Cost: the children of fact.contact and their months
SELECT DISTINCT
    m.child_key AS child_key,
    p.district_code AS district_code,
    p.district_name AS district_name,
    m.age_months AS age_months,
    m.grade_code AS grade_code
FROM fact.child_month AS m
INNER JOIN dim.place AS p ON p.place_key = m.place_key
WHERE EXISTS (SELECT 1 FROM fact.contact AS c WHERE c.child_key = m.child_key)
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND m.month_key = (
        SELECT MAX(k.month_key)
        FROM fact.child_month AS k
        WHERE k.child_key = m.child_key
            AND k.month_key <= @month_key
            AND k.known_from_utc <= @as_known_utc
            AND k.known_to_utc > @as_known_utc
    )
ORDER BY
    m.child_key,
    p.district_code
