-- Grain: one child in the last yearly survey of the 24 months before the snapshot, as known then.
-- What: mean standard score of the subjects and its change; answers given in trust are read for the catalogue, not for a model
-- Why: features of the survey group
-- Cost: one pass over fact.test_score
WITH known_score AS (
    SELECT
        s.person_key,
        s.deviation_score,
        s.deviation_change,
        s.self_esteem_code,
        s.breakfast_code,
        DENSE_RANK() OVER (PARTITION BY s.person_key ORDER BY s.school_year DESC) AS year_rank
    FROM fact.test_score AS s
    WHERE s.person_key <> 0
        AND s.school_year >= @school_year_from
        AND s.known_from_utc <= @as_known_utc
        AND s.known_to_utc > @as_known_utc
)
SELECT
    s.person_key AS child_key,
    AVG(CAST(s.deviation_score AS DOUBLE PRECISION)) AS test_deviation,
    AVG(CAST(s.deviation_change AS DOUBLE PRECISION)) AS test_deviation_change,
    CAST(MIN(s.self_esteem_code) AS INTEGER) AS self_esteem,
    MAX(CASE WHEN s.breakfast_code <> 'none' THEN s.breakfast_code END) AS breakfast
FROM known_score AS s
WHERE s.year_rank = 1
GROUP BY s.person_key
ORDER BY s.person_key
