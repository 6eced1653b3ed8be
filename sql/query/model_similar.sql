-- Grain: one band of similar scores of one model run.
-- What: from which probability the band starts, how many children were in it, how many came to need support
-- Why: a score is shown as the outcome among similar children, never as a bare percentage
-- Cost: a few rows
SELECT
    m.metric_value AS probability_from,
    m.row_count,
    m.positive_count
FROM meta.model_metric AS m
WHERE m.model_run_id = @model_run_id
    AND m.metric_code = 'similar'
ORDER BY m.metric_value, m.group_code
