-- What: one meeting
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.conference (
    conference_id,
    title,
    held_date,
    starts_at,
    place,
    remit_code,
    created_by,
    created_utc
)
SELECT
    @conference_id,
    @title,
    @held_date,
    @starts_at,
    @place,
    @remit_code,
    @created_by,
    @created_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference AS t WHERE t.conference_id = @conference_id)
