-- What: takes one account away before it is written again
-- Why: grain: one account
-- Cost: one key look-up
DELETE FROM casework.staff_account
WHERE staff_id = @staff_id
