-- What: family consultations since a day by the district where the child lives in the month, and decision
-- Why: several years together, because a district has few cases in one
-- Cost: fact.consultation and one month of fact.child_month
SELECT
    p.district_code AS row_code,
    f.decision_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM fact.consultation AS f
INNER JOIN fact.child_month AS m ON m.child_key = f.person_key
INNER JOIN dim.place AS p ON p.place_key = m.place_key
WHERE f.received_date >= @from_date
    AND f.received_date < @until_date
    AND m.month_key = @month_key
    AND m.is_resident = 1
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS q WHERE q.load_id = m.load_id AND q.is_published = 0)
GROUP BY
    p.district_code,
    f.decision_code
ORDER BY
    p.district_code,
    f.decision_code
