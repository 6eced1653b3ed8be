-- What: the whole access log in order
-- Why: the check of the hash chain reads every row
-- Cost: full scan
SELECT
    l.access_id AS access_id,
    l.at_utc AS at_utc,
    l.staff_id AS staff_id,
    l.role_code AS role_code,
    l.action_code AS action_code,
    l.outcome_code AS outcome_code,
    l.child_key AS child_key,
    l.purpose_code AS purpose_code,
    l.object_id AS object_id,
    l.previous_hash AS previous_hash,
    l.row_hash AS row_hash
FROM audit.access_log AS l
ORDER BY l.access_id
