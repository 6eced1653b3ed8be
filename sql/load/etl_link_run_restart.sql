-- Grain: one link run
-- What: takes up a link run that failed
-- Why: a run that was not published is done under its number again
-- Cost: one row by key
UPDATE meta.link_run
SET status_code = 'running',
    linker_version = @linker_version,
    started_utc = @now_utc,
    finished_utc = NULL,
    error_text = NULL
WHERE link_run_id = @link_run_id
    AND is_published = 0
