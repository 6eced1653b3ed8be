-- What: what the worklist's population hangs on: the newest published data, the current model and its newest scores
-- Why: as long as nothing of it changes, the population is the same and need not be read again
-- Cost: meta.load_run and one pass over the scores of one model
SELECT
    MAX(r.period_to) AS period_to,
    MAX(r.known_from_utc) AS known_from_utc,
    CAST(COUNT(*) AS BIGINT) AS file_count,
    COALESCE((
        SELECT MAX(m.model_run_id)
        FROM meta.model_run AS m
        WHERE m.is_current = 1
    ), 0) AS model_run_id,
    (
        SELECT MAX(s.as_known_utc)
        FROM fact.risk_score AS s
        INNER JOIN meta.model_run AS v ON v.model_run_id = s.model_run_id AND v.is_current = 1
    ) AS scored_utc,
    COALESCE((
        SELECT CAST(COUNT(*) AS BIGINT)
        FROM fact.risk_score AS t
        INNER JOIN meta.model_run AS w ON w.model_run_id = t.model_run_id AND w.is_current = 1
    ), 0) AS score_count
FROM meta.load_run AS r
WHERE r.is_published = 1
