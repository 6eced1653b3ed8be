-- What: family consultations by day of receipt and kind
-- Why: the kinds of the yearly return on social welfare administration
-- Cost: fact.consultation
SELECT
    CAST(f.received_date AS VARCHAR(10)) AS row_code,
    f.consultation_type AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM fact.consultation AS f
WHERE f.received_date < @until_date
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
GROUP BY
    f.received_date,
    f.consultation_type
ORDER BY
    f.received_date,
    f.consultation_type
