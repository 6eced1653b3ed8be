-- What: marks a time step as used
-- Why: grain: one account; of two requests with one code only the first changes a row
-- Cost: one key look-up
UPDATE casework.staff_factor
SET last_step = @step
WHERE staff_id = @staff_id
    AND last_step < @step
