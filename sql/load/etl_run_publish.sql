-- Grain: one load run
-- What: makes the rows of a run visible, with its counts
-- Why: the only statement that publishes
-- Cost: one row by key
UPDATE meta.load_run
SET status_code = 'succeeded',
    is_published = 1,
    finished_utc = @now_utc,
    read_count = @read_count,
    staged_count = @staged_count,
    rejected_count = @rejected_count,
    superseded_count = @superseded_count,
    repaired_count = @repaired_count
WHERE load_id = @load_id
