-- What: one child on an agenda
-- Why: grain: one child of one meeting; once
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_item (
    conference_id,
    child_key,
    item_number,
    added_by,
    added_utc
)
SELECT
    @conference_id,
    @child_key,
    @item_number,
    @added_by,
    @added_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_item AS t WHERE t.conference_id = @conference_id AND t.child_key = @child_key)
