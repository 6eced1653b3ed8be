-- What: the next number of a job run
-- Why: keys are given by the writer, under its lock
-- Cost: one aggregate
SELECT
    COALESCE(MAX(j.job_run_id), 0) + 1 AS job_run_id
FROM meta.job_run AS j
