-- What: how many accounts are open
-- Why: a service that nobody can sign in to says how to make the first account
-- Cost: one pass over casework.staff_account
SELECT
    CAST(COUNT(*) AS BIGINT) AS account_count
FROM casework.staff_account AS a
WHERE a.is_active = 1
