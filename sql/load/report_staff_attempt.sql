-- What: what a sign-in attempt leaves behind: failures counted, the lock, the hash where it was renewed
-- Why: grain: one account; lock-out after repeated failures
-- Cost: one key look-up
UPDATE casework.staff_account
SET failed_count = @failed_count,
    locked_until_utc = @locked_until_utc,
    password_hash = @password_hash
WHERE staff_id = @staff_id
