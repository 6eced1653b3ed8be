-- What: takes a child off an agenda, or puts it back
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_item_change (
    change_id,
    conference_id,
    child_key,
    change_number,
    change_code,
    reason_text,
    staff_id,
    changed_utc
)
SELECT
    @change_id,
    @conference_id,
    @child_key,
    @change_number,
    @change_code,
    @reason_text,
    @staff_id,
    @changed_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_item_change AS t WHERE t.change_id = @change_id)
