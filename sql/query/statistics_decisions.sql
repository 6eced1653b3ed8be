-- What: family consultations by school year of receipt and decision
-- Why: how the need for support was judged over the years
-- Cost: fact.consultation with the calendar
SELECT
    d.school_year AS school_year,
    f.decision_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM fact.consultation AS f
INNER JOIN dim.calendar_date AS d ON d.calendar_date = f.received_date
WHERE f.received_date < @until_date
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
GROUP BY
    d.school_year,
    f.decision_code
ORDER BY
    d.school_year,
    f.decision_code
