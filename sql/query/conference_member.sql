-- Grain: one member of one meeting
-- What: members of a meeting
-- Why: who is there, and who gets a copy
-- Cost: one pass over casework.conference_member
SELECT
    t.conference_id,
    t.member_number,
    t.agency,
    t.member_name,
    t.duty_code,
    t.form_id,
    t.added_utc,
    t.staff_id
FROM casework.conference_member AS t
WHERE t.conference_id = @conference_id
ORDER BY t.member_number
