-- What: runs that a process left behind when it died become failed
-- Why: grain: one run; called once at start, under the lock, when no job of this process runs yet
-- Cost: scan of meta.job_run
UPDATE meta.job_run
SET finished_utc = @finished_utc,
    status_code = 'failed',
    summary_text = N'the process ended before the job did'
WHERE status_code = 'running'
