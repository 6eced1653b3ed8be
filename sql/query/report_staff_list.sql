-- Grain: one staff account
-- What: all accounts, open ones first, with whether they have a second factor
-- Why: the page of whoever administers accounts
-- Cost: one pass over casework.staff_account
SELECT
    a.staff_id,
    a.display_name,
    a.role_code,
    a.remit_code,
    a.is_active,
    a.locked_until_utc,
    a.created_utc,
    f.enrolled_utc
FROM casework.staff_account AS a
LEFT JOIN casework.staff_factor AS f
    ON f.staff_id = a.staff_id
ORDER BY a.is_active DESC, a.staff_id
