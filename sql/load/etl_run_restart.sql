-- Grain: one load run
-- What: takes up a run that failed
-- Why: a file that was not published is loaded under its number again
-- Cost: one row by key
UPDATE meta.load_run
SET batch_id = @batch_id,
    status_code = 'running',
    started_utc = @now_utc,
    finished_utc = NULL,
    error_code = NULL,
    error_text = NULL
WHERE load_id = @load_id
    AND is_published = 0
