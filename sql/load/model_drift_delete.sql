-- Grain: one feature at one scoring.
-- What: takes away what is about to be written again
-- Why: the same scoring written again replaces itself
-- Cost: one scoring
-- Undo: none needed; the scoring is repeated
DELETE FROM meta.model_drift
WHERE model_run_id = @model_run_id
    AND snapshot_date = @snapshot_date
    AND as_known_utc = @as_known_utc
