-- What: the children whom the current model scored at its last snapshot, with what tells them apart without a name
-- Why: the worklist and the draw of unlisted children beside it
-- Cost: the scores of one snapshot and the months of the children
SELECT
    s.child_key AS child_key,
    s.model_run_id AS model_run_id,
    s.snapshot_date AS snapshot_date,
    s.as_known_utc AS as_known_utc,
    s.band_code AS band_code,
    p.district_code AS district_code,
    p.district_name AS district_name,
    m.age_months AS age_months,
    m.grade_code AS grade_code,
    CASE WHEN EXISTS (
        SELECT 1
        FROM fact.council_case AS c
        WHERE c.person_key = s.child_key
            AND c.closed_date IS NULL
            AND c.known_from_utc <= @as_known_utc
            AND c.known_to_utc > @as_known_utc
    ) THEN 1 ELSE 0 END AS is_in_council
FROM fact.risk_score AS s
INNER JOIN meta.model_run AS r ON r.model_run_id = s.model_run_id AND r.is_current = 1
INNER JOIN fact.child_month AS m ON m.child_key = s.child_key
INNER JOIN dim.place AS p ON p.place_key = m.place_key
WHERE s.is_withheld = 0
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
    s.child_key,
    m.is_resident DESC,
    p.district_code
