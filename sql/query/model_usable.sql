-- Grain: one model run that may be used.
-- What: its number and hash, the current one first, then the newest
-- Why: where the current model cannot be read, the last good one scores
-- Cost: all model runs, a few rows
SELECT
    r.model_run_id,
    r.as_known_utc,
    r.model_sha256
FROM meta.model_run AS r
WHERE r.status_code = 'succeeded'
    AND COALESCE(r.verdict_code, 'accepted') <> 'refused'
ORDER BY r.is_current DESC, r.model_run_id DESC
