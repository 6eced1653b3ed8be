-- Grain: one load run
-- What: marks runs of a dead process as failed
-- Why: nothing is left running after a crash
-- Cost: one pass over meta.load_run
UPDATE meta.load_run
SET status_code = 'failed',
    finished_utc = @now_utc,
    error_code = 'RUN-001',
    error_text = N'The process ended before the run did; the next load does the file again.'
WHERE status_code = 'running'
