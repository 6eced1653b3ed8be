-- Grain: one bin of one feature in the training of one model run.
-- What: the bins with their counts
-- Why: a scoring is compared with what the model learned from
-- Cost: some hundred rows
SELECT
    r.feature_name,
    r.bin_number,
    r.upper_value,
    r.category_text,
    r.row_count,
    r.child_count
FROM meta.model_reference AS r
WHERE r.model_run_id = @model_run_id
ORDER BY r.feature_name, r.bin_number
