-- Grain: one model run.
-- What: completes a run and, where it passed its marks, makes it the current one
-- Why: scoring and briefs use one model at a time
-- Cost: all model runs, a few rows
-- Undo: set is_current back to the run before
UPDATE meta.model_run
SET is_current = 0
WHERE is_current = 1
    AND @is_current = 1
    AND model_run_id <> @model_run_id
GO
UPDATE meta.model_run
SET status_code = 'succeeded',
    is_current = @is_current,
    verdict_code = @verdict_code,
    finished_utc = @finished_utc,
    row_count = @row_count,
    positive_count = @positive_count,
    rule_count = @rule_count,
    verified_count = @verified_count,
    auc = @auc,
    auc_low = @auc_low,
    auc_high = @auc_high,
    feature_sha256 = @feature_sha256,
    data_sha256 = @data_sha256,
    model_sha256 = @model_sha256
WHERE model_run_id = @model_run_id
