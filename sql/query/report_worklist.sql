-- What: the children on the list of the current model, with what tells them apart without a name
-- Why: the caseworker's worklist; in order of place and age, so that the order does not tell the score
-- Cost: the scores of one snapshot and the months of the listed children
SELECT
    s.child_key AS child_key,
    s.snapshot_date AS snapshot_date,
    s.list_rank AS list_rank,
    s.source_count AS source_count,
    p.district_code AS district_code,
    p.district_name AS district_name,
    m.age_months AS age_months,
    m.grade_code AS grade_code
FROM fact.risk_score AS s
INNER JOIN meta.model_run AS r ON r.model_run_id = s.model_run_id AND r.is_current = 1
INNER JOIN fact.child_month AS m ON m.child_key = s.child_key
INNER JOIN dim.place AS p ON p.place_key = m.place_key
WHERE s.list_rank IS NOT NULL
    AND s.is_withheld = 0
    AND s.band_code = 'A'
    AND s.as_known_utc = (
        SELECT MAX(w.as_known_utc)
        FROM fact.risk_score AS w
        INNER JOIN meta.model_run AS v ON v.model_run_id = w.model_run_id AND v.is_current = 1
        WHERE w.snapshot_date = s.snapshot_date
            AND w.as_known_utc <= @as_known_utc
    )
    AND s.snapshot_date = (
        SELECT MAX(y.snapshot_date)
        FROM fact.risk_score AS y
        INNER JOIN meta.model_run AS x ON x.model_run_id = y.model_run_id AND x.is_current = 1
        WHERE y.as_known_utc <= @as_known_utc
    )
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
    AND m.month_key = (
        SELECT MAX(k.month_key)
        FROM fact.child_month AS k
        WHERE k.child_key = s.child_key
            AND k.month_key <= @month_key
            AND k.known_from_utc <= @as_known_utc
            AND k.known_to_utc > @as_known_utc
    )
ORDER BY
    p.district_code,
    m.age_months,
    s.child_key
