-- What: registered plans, oldest first
-- Why: whether a plan came before its judgements, and whether a run of the same name came before it
-- Cost: a row a plan
SELECT
    p.plan_sha256 AS plan_sha256,
    p.plan_name AS plan_name,
    p.plan_version AS plan_version,
    p.staff_id AS staff_id,
    p.registered_utc AS registered_utc,
    p.judgement_count AS judgement_count,
    p.plan_json AS plan_json
FROM meta.evaluation_plan AS p
ORDER BY
    p.registered_utc,
    p.plan_sha256
