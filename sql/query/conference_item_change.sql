-- Grain: one change of one child on one agenda
-- What: children taken off the agenda of a meeting and put back, oldest first
-- Why: what the meeting talks about, and why a child is not on its agenda any more
-- Cost: one pass over casework.conference_item_change
SELECT
    t.change_id,
    t.conference_id,
    t.child_key,
    t.change_number,
    t.change_code,
    t.reason_text,
    t.staff_id,
    t.changed_utc
FROM casework.conference_item_change AS t
WHERE t.conference_id = @conference_id
ORDER BY t.change_number
