-- What: takes the second factor of one account away
-- Why: grain: one account; a lost device, or a new enrolment
-- Cost: one key look-up
DELETE FROM casework.staff_factor
WHERE staff_id = @staff_id
