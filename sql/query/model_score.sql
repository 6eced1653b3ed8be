-- Grain: one child of one scoring.
-- What: the scores as written
-- Why: a score is recomputed as known then and compared bit by bit
-- Cost: one scoring
SELECT
    s.child_key,
    s.log_odds,
    s.probability,
    s.band_code,
    s.list_rank,
    s.withheld_code,
    s.source_count,
    s.similar_count,
    s.similar_positive_count
FROM fact.risk_score AS s
WHERE s.model_run_id = @model_run_id
    AND s.snapshot_date = @snapshot_date
    AND s.as_known_utc = @as_known_utc
ORDER BY s.child_key
