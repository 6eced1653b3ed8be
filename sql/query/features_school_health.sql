-- Grain: one child with a school health check in the 24 months before the snapshot, as known then.
-- What: the last check: untreated teeth, weight for height, advice to see a doctor that nobody has followed so far
-- Why: features of the school health group
-- Cost: one pass over fact.school_health
WITH known_exam AS (
    SELECT
        h.person_key,
        h.exam_date,
        h.untreated_teeth,
        h.obesity_percent,
        h.advice_code,
        h.report_date,
        ROW_NUMBER() OVER (
            PARTITION BY h.person_key
            ORDER BY h.exam_date DESC, h.school_year DESC, h.record_key DESC) AS exam_rank
    FROM fact.school_health AS h
    WHERE h.person_key <> 0
        AND h.exam_date >= @from_24m
        AND h.exam_date < @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
)
SELECT
    e.person_key AS child_key,
    CAST(e.untreated_teeth AS INTEGER) AS untreated_teeth,
    CAST(e.obesity_percent AS DOUBLE PRECISION) AS obesity_percent,
    CAST(CASE WHEN e.advice_code <> 'none' AND e.report_date IS NULL AND e.exam_date < @due_before THEN 1 ELSE 0 END AS SMALLINT) AS advice_not_followed
FROM known_exam AS e
WHERE e.exam_rank = 1
ORDER BY e.person_key
