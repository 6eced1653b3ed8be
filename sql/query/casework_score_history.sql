-- What: the bands of one child by one model, newest snapshot first
-- Why: whether the likeness to children who needed support is falling; shown after the first judgement only
-- Cost: a filter on fact.risk_score
SELECT
    s.snapshot_date AS snapshot_date,
    s.band_code AS band_code,
    s.is_withheld AS is_withheld
FROM fact.risk_score AS s
WHERE s.child_key = @child_key
    AND s.model_run_id = @model_run_id
    AND s.snapshot_date <= @snapshot_date
    AND s.as_known_utc = (
        SELECT MAX(w.as_known_utc)
        FROM fact.risk_score AS w
        WHERE w.child_key = s.child_key
            AND w.model_run_id = s.model_run_id
            AND w.snapshot_date = s.snapshot_date
            AND w.as_known_utc <= @as_known_utc
    )
ORDER BY
    s.snapshot_date DESC
