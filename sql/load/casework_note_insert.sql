-- What: one note in words
-- Why: grain: one note under the id of its fact; written once, however often the form is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.note (
    note_id,
    child_key,
    staff_id,
    note_text,
    written_utc
)
SELECT
    @note_id,
    @child_key,
    @staff_id,
    @note_text,
    @written_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.note AS n WHERE n.note_id = @note_id)
