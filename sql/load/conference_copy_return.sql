-- What: takes one copy back
-- Why: grain: one copy; taken back once
-- Cost: one key look-up
UPDATE casework.conference_copy
SET returned_to = @staff_id,
    returned_utc = @now_utc
WHERE brief_id = @brief_id
    AND conference_id = @conference_id
    AND returned_utc IS NULL
