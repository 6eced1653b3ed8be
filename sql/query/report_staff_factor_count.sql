-- What: how many open accounts have a second factor
-- Why: a service without the installation secret could not read their secrets
-- Cost: one pass over casework.staff_factor
SELECT
    CAST(COUNT(*) AS BIGINT) AS factor_count
FROM casework.staff_factor AS f
INNER JOIN casework.staff_account AS a
    ON a.staff_id = f.staff_id
    AND a.is_active = 1
