-- Grain: one account with a second factor
-- What: the second factor of an account
-- Why: sign-in asks for a code where there is one
-- Cost: one key look-up
SELECT
    f.staff_id,
    f.secret_box,
    f.last_step,
    f.enrolled_utc
FROM casework.staff_factor AS f
WHERE f.staff_id = @staff_id
ORDER BY f.staff_id
