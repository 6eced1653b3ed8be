-- What: one staff account
-- Why: grain: one account
-- Cost: one insert
INSERT INTO casework.staff_account (
    staff_id,
    display_name,
    role_code,
    remit_code,
    password_hash,
    failed_count,
    locked_until_utc,
    is_active,
    created_utc
)
VALUES (
    @staff_id,
    @display_name,
    @role_code,
    @remit_code,
    @password_hash,
    @failed_count,
    @locked_until_utc,
    @is_active,
    @created_utc
)
