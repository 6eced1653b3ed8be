-- Grain: one meeting
-- What: all meetings, the next ones first
-- Why: the list of meetings; which of them somebody may see is decided by remit
-- Cost: one pass over casework.conference
SELECT
    t.conference_id,
    t.title,
    t.held_date,
    t.starts_at,
    t.place,
    t.remit_code,
    t.created_by,
    t.created_utc,
    t.closed_by,
    t.closed_utc
FROM casework.conference AS t
ORDER BY t.held_date DESC, t.starts_at DESC, t.conference_id
