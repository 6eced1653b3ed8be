-- Grain: one pass mark of one model run.
-- What: what was required before training, what was measured after
-- Why: a model that failed a mark is not used
-- Cost: a few rows
SELECT
    m.mark_code,
    m.direction_code,
    m.required_value,
    m.set_utc,
    m.measured_value,
    m.status_code,
    m.detail_text
FROM meta.model_mark AS m
WHERE m.model_run_id = @model_run_id
ORDER BY m.mark_code
