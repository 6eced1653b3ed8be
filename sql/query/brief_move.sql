-- What: register events of a child as known then
-- Why: moves are breaks in contact
-- Cost: a filter on fact.residence_move
SELECT
    f.move_code AS move_code,
    f.move_date AS move_date
FROM fact.residence_move AS f
WHERE f.person_key = @child_key
    AND f.move_date <= @as_of
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.move_date,
    f.move_code
