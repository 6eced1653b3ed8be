-- Grain: the current model run, or none.
-- What: its number, hashes and figures
-- Why: scoring uses the model that succeeded last
-- Cost: a few rows
SELECT
    r.model_run_id,
    r.as_known_utc,
    r.model_sha256
FROM meta.model_run AS r
WHERE r.status_code = 'succeeded'
    AND r.is_current = 1
ORDER BY r.model_run_id DESC
