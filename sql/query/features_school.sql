-- Grain: one child with a school enrolment so far, as known at the snapshot.
-- What: the kind of class last known and changes of school in 24 months (going up to another kind of school is none)
-- Why: features of the school group
-- Cost: one pass over fact.school_enrolment
WITH known_enrolment AS (
    SELECT
        e.person_key,
        e.facility_key,
        e.class_kind,
        e.valid_to,
        f.facility_kind,
        ROW_NUMBER() OVER (
            PARTITION BY e.person_key
            ORDER BY e.valid_from DESC, e.school_year DESC, e.record_key DESC, e.facility_key DESC) AS enrolment_rank
    FROM fact.school_enrolment AS e
    LEFT JOIN dim.facility AS f
        ON f.facility_key = e.facility_key
    WHERE e.person_key <> 0
        AND e.valid_from <= @snapshot_date
        AND e.known_from_utc <= @as_known_utc
        AND e.known_to_utc > @as_known_utc
)
SELECT
    e.person_key AS child_key,
    MAX(CASE WHEN e.enrolment_rank = 1 THEN e.class_kind END) AS class_kind,
    CAST(COUNT(DISTINCT CASE WHEN e.valid_to > @from_24m THEN e.facility_key END)
        - COUNT(DISTINCT CASE WHEN e.valid_to > @from_24m THEN COALESCE(e.facility_kind, '') END) AS INTEGER) AS school_change_24m
FROM known_enrolment AS e
GROUP BY e.person_key
ORDER BY e.person_key
