-- What: closes one account
-- Why: grain: one account; it stays on record with what it did
-- Cost: one key look-up
UPDATE casework.staff_account
SET is_active = 0
WHERE staff_id = @staff_id
    AND is_active = 1
