-- What: school years of a child as known then
-- Why: school, grade and class kind
-- Cost: a filter on fact.school_enrolment
SELECT
    n.facility_name AS facility_name,
    f.school_year AS school_year,
    f.grade_code AS grade_code,
    f.class_kind AS class_kind,
    f.valid_from AS valid_from,
    f.valid_to AS valid_to
FROM fact.school_enrolment AS f
INNER JOIN dim.facility AS n ON n.facility_key = f.facility_key
WHERE f.person_key = @child_key
    AND f.valid_from <= @as_of
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.valid_from,
    f.record_key
