-- Grain: one copy
-- What: copies of a meeting
-- Why: every copy is accounted for
-- Cost: one pass over casework.conference_copy
SELECT
    t.brief_id,
    t.conference_id,
    t.child_key,
    t.member_number,
    t.copy_number,
    t.issued_by,
    t.issued_utc,
    t.returned_to,
    t.returned_utc
FROM casework.conference_copy AS t
WHERE t.conference_id = @conference_id
ORDER BY t.child_key, t.copy_number
