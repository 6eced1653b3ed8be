-- What: the notes about one child, of all staff
-- Why: words stand beside the contact that they belong to
-- Cost: a filter on casework.note
SELECT
    n.note_id AS note_id,
    n.note_text AS note_text
FROM casework.note AS n
WHERE n.child_key = @child_key
ORDER BY
    n.written_utc,
    n.note_id
