-- Grain: one record as one file described it
-- What: traits with person and time, and how much the source is to be trusted
-- Why: dim.person and dim.child follow from them
-- Cost: one pass over stg.trait
SELECT
    l.person_key,
    s.birth_year_month,
    s.school_cohort_year,
    s.sex_code,
    s.is_foreign,
    -- The register comes first; then whoever knows the birth month.
    CASE WHEN s.feed = 'resident' THEN 2 ELSE 0 END + CASE WHEN s.birth_year_month > 0 THEN 1 ELSE 0 END AS authority,
    CASE WHEN r.known_from_utc > l.known_from_utc THEN r.known_from_utc ELSE l.known_from_utc END AS known_from_utc,
    l.known_to_utc,
    s.load_id
FROM stg.trait AS s
INNER JOIN meta.load_run AS r
    ON r.load_id = s.load_id
    AND r.is_published = 1
INNER JOIN stg.link AS l
    ON l.record_key = s.record_key
    AND l.known_to_utc > r.known_from_utc
ORDER BY l.person_key, r.known_from_utc, r.extracted_utc, s.load_id, s.line_number
