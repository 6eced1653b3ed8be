-- What: the households of a child on a day with all their members
-- Why: who lives with the child; tie_code says how each is related to the child, empty where no tie is known
-- Cost: two filters on dim.household_member
SELECT
    o.person_key AS person_key,
    o.household_key AS household_key,
    o.relation_code AS relation_code,
    o.is_head AS is_head,
    o.valid_from AS valid_from,
    COALESCE(p.sex_code, 0) AS sex_code,
    COALESCE(p.birth_year_month, 0) AS birth_year_month,
    COALESCE(k.kinship_code, '') AS tie_code
FROM dim.household_member AS f
INNER JOIN dim.household_member AS o ON o.household_key = f.household_key
LEFT JOIN dim.person AS p ON p.person_key = o.person_key
    AND p.person_key <> 0
    AND p.valid_from <= @as_of
    AND p.valid_to > @as_of
    AND p.known_from_utc <= @as_known_utc
    AND p.known_to_utc > @as_known_utc
LEFT JOIN (
    SELECT
        t.relative_key AS relative_key,
        MIN(t.kinship_code) AS kinship_code
    FROM dim.kinship AS t
    WHERE t.person_key = @child_key
        AND t.valid_from <= @as_of
        AND t.valid_to > @as_of
        AND t.known_from_utc <= @as_known_utc
        AND t.known_to_utc > @as_known_utc
    GROUP BY
        t.relative_key
) AS k ON k.relative_key = o.person_key
WHERE f.person_key = @child_key
    AND f.household_key <> 0
    AND f.valid_from <= @as_of
    AND f.valid_to > @as_of
    AND o.valid_from <= @as_of
    AND o.valid_to > @as_of
    AND o.known_from_utc <= @as_known_utc
    AND o.known_to_utc > @as_known_utc
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    o.is_head DESC,
    COALESCE(p.birth_year_month, 0),
    o.person_key
