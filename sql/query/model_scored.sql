-- Grain: one child at one scoring of one model run.
-- What: its probability
-- Why: decisions expected in the months after
-- Cost: all scores of one model
SELECT
    s.snapshot_date,
    s.as_known_utc,
    s.child_key,
    s.probability
FROM fact.risk_score AS s
WHERE s.model_run_id = @model_run_id
    AND s.is_withheld = 0
ORDER BY s.snapshot_date, s.as_known_utc, s.child_key
