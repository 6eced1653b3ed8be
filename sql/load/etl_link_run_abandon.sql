-- Grain: one link run
-- What: marks link runs of a dead process as failed
-- Why: nothing is left running after a crash
-- Cost: one pass over meta.link_run
UPDATE meta.link_run
SET status_code = 'failed',
    finished_utc = @now_utc,
    error_text = N'The process ended before the run did; the next link run does the work again.'
WHERE status_code = 'running'
