-- What: one row of the access log
-- Why: grain: one access or refusal; rows are only ever added
-- Cost: one insert
INSERT INTO audit.access_log (
    access_id,
    at_utc,
    staff_id,
    role_code,
    action_code,
    outcome_code,
    child_key,
    purpose_code,
    object_id,
    previous_hash,
    row_hash
)
VALUES (
    @access_id,
    @at_utc,
    @staff_id,
    @role_code,
    @action_code,
    @outcome_code,
    @child_key,
    @purpose_code,
    @object_id,
    @previous_hash,
    @row_hash
)
