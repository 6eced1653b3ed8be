-- What: the children whom one scoring ranked, with score and band
-- Why: how many were listed, and who stood just above and below the end of the list
-- Cost: the scores of one snapshot
SELECT
    s.child_key AS child_key,
    s.log_odds AS log_odds,
    s.band_code AS band_code
FROM fact.risk_score AS s
WHERE s.model_run_id = @model_run_id
    AND s.snapshot_date = @snapshot_date
    AND s.as_known_utc = @score_known_utc
    AND s.is_withheld = 0
ORDER BY
    s.child_key
