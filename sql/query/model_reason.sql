-- Grain: one reason of one child of one scoring.
-- What: the reasons as written
-- Why: reasons are recomputed as known then and compared
-- Cost: one scoring
SELECT
    r.child_key,
    r.side_code,
    r.reason_rank,
    r.rule_key,
    r.feature_key,
    r.weight,
    r.group_rank
FROM fact.score_reason AS r
WHERE r.model_run_id = @model_run_id
    AND r.snapshot_date = @snapshot_date
    AND r.as_known_utc = @as_known_utc
ORDER BY r.child_key, r.side_code, r.reason_rank, r.rule_key, r.feature_key
