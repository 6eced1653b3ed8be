-- Grain: one metric of one group of one model run.
-- What: its value, interval and counts
-- Why: the model card quotes them
-- Cost: some hundred rows
SELECT
    m.metric_code,
    m.group_code,
    m.metric_value,
    m.low_value,
    m.high_value,
    m.row_count,
    m.positive_count
FROM meta.model_metric AS m
WHERE m.model_run_id = @model_run_id
ORDER BY m.metric_code, m.group_code
