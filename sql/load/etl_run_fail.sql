-- Grain: one load run
-- What: ends a run as failed
-- Why: the outcome is recorded, whatever happened
-- Cost: one row by key
UPDATE meta.load_run
SET status_code = 'failed',
    finished_utc = @now_utc,
    read_count = @read_count,
    staged_count = 0,
    rejected_count = @rejected_count,
    superseded_count = 0,
    repaired_count = 0,
    error_code = @error_code,
    error_text = @error_text
WHERE load_id = @load_id
    AND is_published = 0
