-- What: runs of evaluations with their approval, oldest first
-- Why: readers see approved ones; a plan registered after a run of its name is marked as changed
-- Cost: a row a run
SELECT
    r.evaluation_id AS evaluation_id,
    r.plan_sha256 AS plan_sha256,
    r.plan_name AS plan_name,
    r.status_code AS status_code,
    r.staff_id AS staff_id,
    r.run_utc AS run_utc,
    r.document_sha256 AS document_sha256,
    a.staff_id AS approved_by,
    a.approved_utc AS approved_utc
FROM meta.evaluation_run AS r
LEFT JOIN meta.evaluation_approval AS a ON a.evaluation_id = r.evaluation_id
ORDER BY
    r.evaluation_id
