-- Grain: one child with a household at the snapshot, as known then.
-- What: who lives with the child and what changed in the last 12 months
-- Why: features of the household group
-- Cost: two passes over dim.household_member, one over dim.household
WITH known_member AS (
    SELECT
        h.household_key,
        h.person_key,
        h.valid_from,
        h.valid_to,
        p.birth_year_month
    FROM dim.household_member AS h
    INNER JOIN (
        SELECT
            d.person_key,
            MAX(d.birth_year_month) AS birth_year_month
        FROM dim.person AS d
        WHERE d.person_key <> 0
            AND d.known_from_utc <= @as_known_utc
            AND d.known_to_utc > @as_known_utc
        GROUP BY d.person_key) AS p
        ON p.person_key = h.person_key
    WHERE h.valid_from <= @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
),
child AS (
    SELECT
        m.person_key,
        m.household_key,
        m.valid_from,
        ROW_NUMBER() OVER (
            PARTITION BY m.person_key
            ORDER BY m.valid_from DESC, m.household_key DESC) AS member_rank
    FROM known_member AS m
    WHERE m.valid_to > @snapshot_date
        AND m.birth_year_month >= @birth_month_from
),
known_household AS (
    SELECT
        h.household_key,
        h.is_single_parent,
        h.has_grandparent,
        h.child_count,
        h.adult_count,
        ROW_NUMBER() OVER (
            PARTITION BY h.household_key
            ORDER BY h.valid_from DESC, h.known_from_utc DESC, h.load_id DESC) AS version_rank
    FROM dim.household AS h
    WHERE h.household_key <> 0
        AND h.valid_from <= @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
),
-- An adult who joined after the child, or left while the child was there.
adult_change AS (
    SELECT
        c.person_key,
        COUNT(*) AS change_count
    FROM child AS c
    INNER JOIN known_member AS m
        ON m.household_key = c.household_key
        AND m.person_key <> c.person_key
    WHERE c.member_rank = 1
        AND m.birth_year_month < @birth_month_from
        AND ((m.valid_from > @from_12m AND m.valid_from > c.valid_from)
            OR (m.valid_to > @from_12m AND m.valid_to <= @snapshot_date AND m.valid_to > c.valid_from))
    GROUP BY c.person_key
),
-- The child itself came from another household of the city.
own_change AS (
    SELECT
        c.person_key,
        COUNT(*) AS change_count
    FROM child AS c
    INNER JOIN known_member AS m
        ON m.person_key = c.person_key
        AND m.household_key <> c.household_key
    WHERE c.member_rank = 1
        AND c.valid_from > @from_12m
        AND m.valid_to > @from_12m
    GROUP BY c.person_key
),
infant AS (
    SELECT
        m.household_key,
        COUNT(*) AS infant_count
    FROM known_member AS m
    WHERE m.valid_to > @snapshot_date
        AND m.birth_year_month >= @month_12m
    GROUP BY m.household_key
)
SELECT
    c.person_key AS child_key,
    h.is_single_parent,
    h.has_grandparent,
    h.child_count,
    h.adult_count,
    CAST(CASE WHEN a.change_count > 0 OR o.change_count > 0 THEN 1 ELSE 0 END AS SMALLINT) AS household_changed_12m,
    CAST(CASE WHEN i.infant_count > 0 THEN 1 ELSE 0 END AS SMALLINT) AS has_infant
FROM child AS c
LEFT JOIN known_household AS h
    ON h.household_key = c.household_key
    AND h.version_rank = 1
LEFT JOIN adult_change AS a
    ON a.person_key = c.person_key
LEFT JOIN own_change AS o
    ON o.person_key = c.person_key
LEFT JOIN infant AS i
    ON i.household_key = c.household_key
WHERE c.member_rank = 1
ORDER BY c.person_key
