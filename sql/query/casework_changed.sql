-- What: children whom one member of staff judged and of whom something came to be known after that
-- Why: what is new is worth another look; months of attendance are not counted, because they come for everybody
-- Cost: the children judged by the member of staff in six facts
SELECT DISTINCT
    f.person_key AS child_key
FROM (
    SELECT c.person_key AS person_key, c.known_from_utc AS known_from_utc, c.load_id AS load_id FROM fact.checkup AS c
    UNION ALL
    SELECT o.person_key AS person_key, o.known_from_utc AS known_from_utc, o.load_id AS load_id FROM fact.consultation AS o
    UNION ALL
    SELECT v.person_key AS person_key, v.known_from_utc AS known_from_utc, v.load_id AS load_id FROM fact.residence_move AS v
    UNION ALL
    SELECT b.person_key AS person_key, b.known_from_utc AS known_from_utc, b.load_id AS load_id FROM fact.benefit_spell AS b
    UNION ALL
    SELECT e.person_key AS person_key, e.known_from_utc AS known_from_utc, e.load_id AS load_id FROM fact.school_enrolment AS e
    UNION ALL
    SELECT n.person_key AS person_key, n.known_from_utc AS known_from_utc, n.load_id AS load_id FROM fact.nursery_enrolment AS n
) AS f
INNER JOIN (
    SELECT
        j.child_key AS child_key,
        MAX(j.judged_utc) AS judged_utc
    FROM fact.judgement AS j
    WHERE j.staff_id = @staff_id
    GROUP BY
        j.child_key
) AS l ON l.child_key = f.person_key
WHERE f.known_from_utc > l.judged_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.person_key
