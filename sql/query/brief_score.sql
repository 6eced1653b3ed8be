-- What: the latest score of a child as known then (its snapshot is never later than what was known)
-- Why: the analysis box of the brief
-- Cost: a filter on fact.risk_score
SELECT
    s.model_run_id AS model_run_id,
    s.snapshot_date AS snapshot_date,
    s.as_known_utc AS as_known_utc,
    s.band_code AS band_code,
    s.list_rank AS list_rank,
    s.is_withheld AS is_withheld,
    s.withheld_code AS withheld_code,
    s.source_count AS source_count,
    s.similar_count AS similar_count,
    s.similar_positive_count AS similar_positive_count
FROM fact.risk_score AS s
INNER JOIN meta.model_run AS r ON r.model_run_id = s.model_run_id
WHERE s.child_key = @child_key
    AND s.as_known_utc <= @as_known_utc
    AND r.status_code = 'succeeded'
ORDER BY
    r.is_current DESC,
    s.snapshot_date DESC,
    s.as_known_utc DESC,
    s.model_run_id DESC
