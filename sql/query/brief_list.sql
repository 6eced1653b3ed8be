-- What: the children on the list of the current model at its last snapshot
-- Why: the worklist and brief --top; pseudonymous
-- Cost: the scores of one snapshot
SELECT
    s.child_key AS child_key,
    s.snapshot_date AS snapshot_date,
    s.as_known_utc AS as_known_utc,
    s.list_rank AS list_rank,
    s.source_count AS source_count
FROM fact.risk_score AS s
INNER JOIN meta.model_run AS r ON r.model_run_id = s.model_run_id AND r.is_current = 1
WHERE s.list_rank IS NOT NULL
    AND s.is_withheld = 0
    AND s.snapshot_date = (
        SELECT MAX(y.snapshot_date)
        FROM fact.risk_score AS y
        INNER JOIN meta.model_run AS x ON x.model_run_id = y.model_run_id AND x.is_current = 1
        WHERE y.as_known_utc <= @as_known_utc
    )
    AND s.as_known_utc = (
        SELECT MAX(w.as_known_utc)
        FROM fact.risk_score AS w
        INNER JOIN meta.model_run AS v ON v.model_run_id = w.model_run_id AND v.is_current = 1
        WHERE w.snapshot_date = s.snapshot_date
            AND w.as_known_utc <= @as_known_utc
    )
ORDER BY
    s.list_rank,
    s.child_key
