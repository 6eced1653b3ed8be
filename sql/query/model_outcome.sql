-- Grain: one month after scorings of one model run.
-- What: decisions expected and made, and the running sums with their limits
-- Why: shows when probabilities stop meaning what they say
-- Cost: a few rows
SELECT
    o.month_key,
    o.child_count,
    o.expected_count,
    o.observed_count,
    o.high_sum,
    o.low_sum,
    o.high_limit,
    o.low_limit
FROM meta.model_outcome AS o
WHERE o.model_run_id = @model_run_id
ORDER BY o.month_key
