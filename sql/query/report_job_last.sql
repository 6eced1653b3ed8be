-- What: when each job last had its turn
-- Why: a turn missed while the process was down is caught up once
-- Cost: scan of meta.job_run
SELECT
    j.job_name AS job_name,
    MAX(COALESCE(j.scheduled_utc, j.started_utc)) AS last_utc
FROM meta.job_run AS j
WHERE j.trigger_code <> 'manual'
GROUP BY
    j.job_name
ORDER BY
    j.job_name
