-- Grain: at most one row
-- What: the last scoring of the current model
-- Why: what scores would lose without a source is measured on it
-- Cost: two columns of fact.risk_score
SELECT
    s.model_run_id AS model_run_id,
    s.snapshot_date AS snapshot_date,
    MAX(s.as_known_utc) AS as_known_utc
FROM fact.risk_score AS s
INNER JOIN meta.model_run AS r
    ON r.model_run_id = s.model_run_id
    AND r.is_current = 1
WHERE s.snapshot_date = (
    SELECT MAX(y.snapshot_date)
    FROM fact.risk_score AS y
    INNER JOIN meta.model_run AS x
        ON x.model_run_id = y.model_run_id
        AND x.is_current = 1
)
GROUP BY
    s.model_run_id,
    s.snapshot_date
