-- What: one run
-- Why: grain: one run of one plan; rows are only ever added
-- Cost: one insert
INSERT INTO meta.evaluation_run (
    evaluation_id,
    plan_sha256,
    plan_name,
    status_code,
    as_known_utc,
    staff_id,
    run_utc,
    document_sha256
)
VALUES (
    @evaluation_id,
    @plan_sha256,
    @plan_name,
    @status_code,
    @as_known_utc,
    @staff_id,
    @now_utc,
    @document_sha256
)
