-- What: takes the recovery codes of one account away
-- Why: grain: one account; they go with the second factor
-- Cost: one key range of casework.staff_recovery
DELETE FROM casework.staff_recovery
WHERE staff_id = @staff_id
