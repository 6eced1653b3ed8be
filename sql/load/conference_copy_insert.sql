-- What: one numbered copy
-- Why: grain: one copy; the same order again issues nothing new
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_copy (
    brief_id,
    conference_id,
    child_key,
    member_number,
    copy_number,
    issued_by,
    issued_utc
)
SELECT
    @brief_id,
    @conference_id,
    @child_key,
    @member_number,
    @copy_number,
    @issued_by,
    @issued_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_copy AS t WHERE t.brief_id = @brief_id)
