-- Grain: one figure of one department of one model run.
-- What: the figure of the whole model and of one that could not read the department's features, with the interval of the difference
-- Why: whoever approves features asks what each department's records add
-- Cost: three rows a department
SELECT
    a.department,
    a.metric_code,
    a.feature_count,
    a.term_count,
    a.whole_value,
    a.without_value,
    a.low_value,
    a.high_value,
    a.row_count,
    a.positive_count
FROM meta.model_ablation AS a
WHERE a.model_run_id = @model_run_id
ORDER BY a.department, a.metric_code
