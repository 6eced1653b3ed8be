-- What: the current model run
-- Why: which rules and metrics stand behind the list
-- Cost: meta.model_run
SELECT
    m.model_run_id AS model_run_id,
    m.rule_count AS rule_count,
    m.verified_count AS verified_count,
    m.row_count AS row_count,
    m.positive_count AS positive_count,
    m.auc AS auc,
    m.auc_low AS auc_low,
    m.auc_high AS auc_high,
    m.finished_utc AS finished_utc
FROM meta.model_run AS m
WHERE m.is_current = 1
ORDER BY
    m.model_run_id
