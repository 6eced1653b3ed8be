-- What: the bands of the snapshot before by the same model
-- Why: whether likeness fell, shown on the worklist beside children already judged
-- Cost: the scores of one snapshot
SELECT
    s.child_key AS child_key,
    s.band_code AS band_code
FROM fact.risk_score AS s
WHERE s.model_run_id = @model_run_id
    AND s.is_withheld = 0
    AND s.snapshot_date = (
        SELECT MAX(y.snapshot_date)
        FROM fact.risk_score AS y
        WHERE y.model_run_id = @model_run_id
            AND y.snapshot_date < @snapshot_date
            AND y.as_known_utc <= @as_known_utc
    )
    AND s.as_known_utc = (
        SELECT MAX(w.as_known_utc)
        FROM fact.risk_score AS w
        WHERE w.model_run_id = @model_run_id
            AND w.snapshot_date = s.snapshot_date
            AND w.as_known_utc <= @as_known_utc
    )
ORDER BY
    s.child_key
