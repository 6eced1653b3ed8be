-- Grain: one entry
-- What: minutes of a meeting, oldest first
-- Why: what was said
-- Cost: one pass over casework.conference_minute
SELECT
    t.minute_id,
    t.conference_id,
    t.child_key,
    t.minute_text,
    t.staff_id,
    t.written_utc
FROM casework.conference_minute AS t
WHERE t.conference_id = @conference_id
ORDER BY t.written_utc, t.minute_id
