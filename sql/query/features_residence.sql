-- Grain: one person born in or after a month who has a resident-register event, as known at the snapshot.
-- What: the last move into the city and the moves of the last 24 months
-- Why: features of the residence group
-- Cost: one pass over fact.residence_move
SELECT
    v.person_key AS child_key,
    MAX(CASE WHEN v.move_code = 'move_in' AND v.move_date >= @move_in_from THEN v.move_date END) AS last_move_in_date,
    CAST(COUNT(DISTINCT CASE
        WHEN v.move_code IN ('move_in', 'move_out', 'move_within') AND v.move_date > @from_24m
        THEN v.move_date END) AS INTEGER) AS move_count_24m
FROM fact.residence_move AS v
WHERE v.person_key <> 0
    AND v.person_key IN (SELECT p.person_key FROM dim.person AS p WHERE p.birth_year_month >= @birth_month_from)
    AND v.move_date <= @snapshot_date
    AND v.known_from_utc <= @as_known_utc
    AND v.known_to_utc > @as_known_utc
GROUP BY v.person_key
ORDER BY v.person_key
