-- Grain: one resident at the snapshot, born in or after a month, as known then.
-- What: residents with birth month, sex and district; their household at the snapshot
-- Why: the rows of the feature table, and who was still there at the end of a horizon
-- Cost: one pass over dim.person, fact.residence_move and dim.household_member
WITH known_person AS (
    SELECT
        p.person_key,
        p.birth_year_month,
        p.sex_code,
        p.is_foreign,
        ROW_NUMBER() OVER (
            PARTITION BY p.person_key
            ORDER BY p.valid_from DESC, p.known_from_utc DESC, p.load_id DESC) AS version_rank
    FROM dim.person AS p
    WHERE p.person_key <> 0
        AND p.birth_year_month >= @birth_month_from
        AND p.valid_from <= @snapshot_date
        AND p.known_from_utc <= @as_known_utc
        AND p.known_to_utc > @as_known_utc
),
known_move AS (
    SELECT
        v.person_key,
        v.move_code,
        v.place_key,
        v.household_key,
        -- On one day a death ends everything, and an arrival or a cancelled departure wins over a departure.
        ROW_NUMBER() OVER (
            PARTITION BY v.person_key
            ORDER BY
                v.move_date DESC,
                CASE WHEN v.move_code = 'death' THEN 0 WHEN v.move_code = 'move_out' THEN 2 ELSE 1 END,
                v.record_key DESC,
                v.household_key DESC) AS move_rank
    FROM fact.residence_move AS v
    WHERE v.person_key <> 0
        AND v.move_code <> 'name_change'
        AND v.move_date <= @snapshot_date
        AND v.known_from_utc <= @as_known_utc
        AND v.known_to_utc > @as_known_utc
),
known_member AS (
    SELECT
        h.person_key,
        h.household_key,
        ROW_NUMBER() OVER (
            PARTITION BY h.person_key
            ORDER BY h.valid_from DESC, h.household_key DESC, h.record_key DESC) AS member_rank
    FROM dim.household_member AS h
    WHERE h.person_key <> 0
        AND h.valid_from <= @snapshot_date
        AND h.valid_to > @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
)
SELECT
    p.person_key AS child_key,
    p.birth_year_month,
    p.sex_code,
    p.is_foreign,
    COALESCE(m.household_key, v.household_key) AS household_key,
    COALESCE(c.district_code, '') AS district_code
FROM known_person AS p
INNER JOIN known_move AS v
    ON v.person_key = p.person_key
    AND v.move_rank = 1
LEFT JOIN known_member AS m
    ON m.person_key = p.person_key
    AND m.member_rank = 1
LEFT JOIN dim.place AS c
    ON c.place_key = v.place_key
WHERE p.version_rank = 1
    AND v.move_code NOT IN ('move_out', 'death')
ORDER BY p.person_key
