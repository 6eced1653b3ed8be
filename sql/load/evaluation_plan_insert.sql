-- What: one plan
-- Why: grain: one plan as it was registered; rows are only ever added
-- Cost: one insert
INSERT INTO meta.evaluation_plan (
    plan_sha256,
    plan_name,
    plan_version,
    from_date,
    to_date,
    staff_id,
    registered_utc,
    judgement_count,
    plan_json
)
VALUES (
    @plan_sha256,
    @plan_name,
    @plan_version,
    @from_date,
    @to_date,
    @staff_id,
    @now_utc,
    @judgement_count,
    @plan_json
)
