-- Grain: one child on one agenda
-- What: the agenda of a meeting
-- Why: what the meeting talks about
-- Cost: one pass over casework.conference_item
SELECT
    t.conference_id,
    t.child_key,
    t.item_number,
    t.added_by,
    t.added_utc
FROM casework.conference_item AS t
WHERE t.conference_id = @conference_id
ORDER BY t.item_number
