-- What: what is known of a household as a whole on a day
-- Why: single parent, number of children: entitlements depend on it
-- Cost: a filter on dim.household
SELECT
    h.member_count AS member_count,
    h.child_count AS child_count,
    h.adult_count AS adult_count,
    h.is_single_parent AS is_single_parent,
    h.has_grandparent AS has_grandparent
FROM dim.household AS h
WHERE h.household_key = @household_key
    AND h.household_key <> 0
    AND h.valid_from <= @as_of
    AND h.valid_to > @as_of
    AND h.known_from_utc <= @as_known_utc
    AND h.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = h.load_id AND r.is_published = 0)
ORDER BY
    h.valid_from DESC,
    h.load_id DESC
