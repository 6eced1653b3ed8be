-- What: one staff account
-- Why: sign-in and the check of every request
-- Cost: one key look-up
SELECT
    a.staff_id AS staff_id,
    a.display_name AS display_name,
    a.role_code AS role_code,
    a.remit_code AS remit_code,
    a.password_hash AS password_hash,
    a.failed_count AS failed_count,
    a.locked_until_utc AS locked_until_utc,
    a.is_active AS is_active
FROM casework.staff_account AS a
WHERE a.staff_id = @staff_id
ORDER BY
    a.staff_id
