-- What: how many other open accounts administer accounts
-- Why: the last one cannot be closed or given another role
-- Cost: one pass over casework.staff_account
SELECT
    CAST(COUNT(*) AS BIGINT) AS account_count
FROM casework.staff_account AS a
WHERE a.is_active = 1
    AND a.role_code = 'administrator'
    AND a.staff_id <> @staff_id
