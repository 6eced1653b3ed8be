-- What: one entry of the minutes
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_minute (
    minute_id,
    conference_id,
    child_key,
    minute_text,
    staff_id,
    written_utc
)
SELECT
    @minute_id,
    @conference_id,
    @child_key,
    @minute_text,
    @staff_id,
    @written_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_minute AS t WHERE t.minute_id = @minute_id)
