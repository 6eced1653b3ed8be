-- Grain: one pass mark of one model run.
-- What: records what was measured and whether it passes
-- Why: the mark itself was written before the run trained and is not changed
-- Cost: one row
-- Undo: none needed; the run is repeated under a new number
UPDATE meta.model_mark
SET measured_value = @measured_value,
    status_code = @status_code,
    detail_text = @detail_text
WHERE model_run_id = @model_run_id
    AND mark_code = @mark_code
    AND status_code = 'set'
