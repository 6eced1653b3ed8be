-- Grain: one model run.
-- What: records that a run has started
-- Why: a run that fails or is killed leaves a trace
-- Cost: one row
-- Undo: DELETE FROM meta.model_run WHERE model_run_id = the run
INSERT INTO meta.model_run (
    model_run_id, status_code, is_current, started_utc, finished_utc, as_known_utc, seed, row_count, positive_count,
    rule_count, verified_count, auc, auc_low, auc_high, feature_sha256, data_sha256, model_sha256, error_text)
VALUES (
    @model_run_id, 'running', 0, @started_utc, NULL, @as_known_utc, @seed, 0, 0,
    0, 0, NULL, NULL, NULL, '', '', '', NULL)
