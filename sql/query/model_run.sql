-- Grain: one model run.
-- What: its number, state, verdict and figures, the newest first
-- Why: people see which model is used, and why another is not
-- Cost: all model runs, a few rows
SELECT
    r.model_run_id,
    r.status_code,
    r.is_current,
    r.verdict_code,
    r.started_utc,
    r.finished_utc,
    r.as_known_utc,
    r.seed,
    r.row_count,
    r.positive_count,
    r.rule_count,
    r.verified_count,
    r.auc,
    r.auc_low,
    r.auc_high,
    r.feature_sha256,
    r.data_sha256,
    r.model_sha256,
    r.error_text
FROM meta.model_run AS r
ORDER BY r.model_run_id DESC
