-- What: the reasons of one score with their rules
-- Why: for, against and unknown, in the order of their weight
-- Cost: a filter on fact.score_reason
SELECT
    f.side_code AS side_code,
    f.reason_rank AS reason_rank,
    f.rule_key AS rule_key,
    f.weight AS weight,
    f.group_rank AS group_rank,
    COALESCE(u.rule_code, '') AS rule_code,
    COALESCE(u.text_ja, N'') AS text_ja,
    COALESCE(u.departments, N'') AS departments,
    COALESCE(u.covered_count, 0) AS covered_count,
    COALESCE(u.positive_count, 0) AS positive_count,
    u.rate_low AS rate_low,
    u.rate_high AS rate_high,
    u.stability_share AS stability_share,
    COALESCE(t.japanese_name, N'') AS feature_name_ja,
    COALESCE(t.department, N'') AS feature_department
FROM fact.score_reason AS f
LEFT JOIN dim.mined_rule AS u ON u.rule_key = f.rule_key
    AND u.rule_key <> 0
LEFT JOIN dim.feature AS t ON t.feature_key = f.feature_key
    AND t.feature_key <> 0
WHERE f.child_key = @child_key
    AND f.model_run_id = @model_run_id
    AND f.snapshot_date = @snapshot_date
    AND f.as_known_utc = @score_known_utc
ORDER BY
    f.side_code,
    f.reason_rank,
    f.rule_key,
    f.feature_key
