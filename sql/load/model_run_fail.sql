-- Grain: one model run.
-- What: records that a run has failed and why
-- Why: never left running
-- Cost: one row
-- Undo: none needed; the run is repeated under a new number
UPDATE meta.model_run
SET status_code = 'failed',
    finished_utc = @finished_utc,
    error_text = @error_text
WHERE model_run_id = @model_run_id
    AND status_code = 'running'
