-- What: one job run ends
-- Why: grain: one run; called whatever happened
-- Cost: one key look-up
UPDATE meta.job_run
SET finished_utc = @finished_utc,
    status_code = @status_code,
    summary_text = @summary_text
WHERE job_run_id = @job_run_id
