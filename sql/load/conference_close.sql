-- What: closes a meeting: nothing is added to it any more
-- Why: grain: one meeting
-- Cost: one key look-up
UPDATE casework.conference
SET closed_by = @staff_id,
    closed_utc = @now_utc
WHERE conference_id = @conference_id
    AND closed_utc IS NULL
