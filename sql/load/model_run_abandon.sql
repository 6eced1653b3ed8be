-- Grain: one model run.
-- What: marks runs that a crash left running as failed
-- Why: a run that holds the lock knows that no other is running
-- Cost: all model runs, a few rows
-- Undo: none needed
UPDATE meta.model_run
SET status_code = 'failed',
    finished_utc = @finished_utc,
    error_text = N'The process ended before the run did.'
WHERE status_code = 'running'
