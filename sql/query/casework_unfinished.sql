-- Grain: one entry
-- What: entries whose facts may be missing
-- Why: a start finishes them; a check counts them
-- Cost: one pass over a table that is empty but for what is being written
SELECT
    u.entry_id,
    u.facts_json,
    u.begun_utc
FROM casework.unfinished_entry AS u
ORDER BY u.begun_utc
