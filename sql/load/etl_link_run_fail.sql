-- Grain: one link run
-- What: ends a link run as failed
-- Why: the outcome is recorded, whatever happened
-- Cost: one row by key
UPDATE meta.link_run
SET status_code = 'failed',
    finished_utc = @now_utc,
    error_text = @error_text
WHERE link_run_id = @link_run_id
    AND is_published = 0
