-- What: the notes of one member of staff about one child
-- Why: words stand beside the judgement or contact that they belong to
-- Cost: a filter on casework.note
SELECT
    n.note_id AS note_id,
    n.note_text AS note_text
FROM casework.note AS n
WHERE n.child_key = @child_key
    AND n.staff_id = @staff_id
ORDER BY
    n.written_utc,
    n.note_id
