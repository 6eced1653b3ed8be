-- What: the last job runs
-- Why: the page of jobs and the check
-- Cost: scan of meta.job_run
SELECT
    j.job_run_id AS job_run_id,
    j.job_name AS job_name,
    j.trigger_code AS trigger_code,
    j.scheduled_utc AS scheduled_utc,
    j.started_utc AS started_utc,
    j.finished_utc AS finished_utc,
    j.status_code AS status_code,
    j.summary_text AS summary_text
FROM meta.job_run AS j
ORDER BY
    j.job_run_id DESC
OFFSET 0 ROWS FETCH NEXT 200 ROWS ONLY
