-- What: marks a recovery code as used
-- Why: grain: one code; of two requests with one code only the first changes a row
-- Cost: one key look-up
UPDATE casework.staff_recovery
SET used_utc = @now_utc
WHERE staff_id = @staff_id
    AND code_hash = @code_hash
    AND used_utc IS NULL
