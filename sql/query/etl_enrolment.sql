-- Grain: one version of one stay in a school or nursery
-- What: stays with their times
-- Why: the facility of a child and month is derived from them
-- Cost: one pass over two fact tables
SELECT
    e.person_key,
    1 AS is_school,
    e.facility_key,
    e.valid_from,
    e.valid_to,
    e.known_from_utc,
    e.known_to_utc,
    e.load_id
FROM fact.school_enrolment AS e
WHERE e.person_key <> 0
UNION ALL
SELECT
    n.person_key,
    0 AS is_school,
    n.facility_key,
    n.valid_from,
    n.valid_to,
    n.known_from_utc,
    n.known_to_utc,
    n.load_id
FROM fact.nursery_enrolment AS n
WHERE n.person_key <> 0
ORDER BY 1, 2, 4, 6, 8
