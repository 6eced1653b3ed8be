-- Grain: one scoring.
-- What: removes the scores and reasons of one model run, snapshot and state of knowledge
-- Why: scoring again writes the same rows again, never twice
-- Cost: one scoring
-- Undo: score again
DELETE FROM fact.score_reason
WHERE model_run_id = @model_run_id
    AND snapshot_date = @snapshot_date
    AND as_known_utc = @as_known_utc
GO
DELETE FROM fact.risk_score
WHERE model_run_id = @model_run_id
    AND snapshot_date = @snapshot_date
    AND as_known_utc = @as_known_utc
