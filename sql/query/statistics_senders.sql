-- What: family consultations of the pooled years by who brought them, decision and day of receipt
-- Why: which referrals lead to support
-- Cost: fact.consultation
SELECT
    f.route_code AS row_code,
    f.decision_code AS column_code,
    CAST(f.received_date AS VARCHAR(10)) AS received_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM fact.consultation AS f
WHERE f.received_date >= @from_date
    AND f.received_date < @until_date
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
GROUP BY
    f.route_code,
    f.decision_code,
    f.received_date
ORDER BY
    f.route_code,
    f.decision_code,
    f.received_date
