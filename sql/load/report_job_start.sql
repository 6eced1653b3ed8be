-- What: one job run begins
-- Why: grain: one run of one job
-- Cost: one insert
INSERT INTO meta.job_run (
    job_run_id,
    job_name,
    trigger_code,
    scheduled_utc,
    started_utc,
    finished_utc,
    status_code,
    summary_text
)
VALUES (
    @job_run_id,
    @job_name,
    @trigger_code,
    @scheduled_utc,
    @started_utc,
    @finished_utc,
    @status_code,
    @summary_text
)
