-- Grain: one feature at one scoring of one model run.
-- What: how far it is from training, and whether that is more than chance
-- Why: a feed that stopped or a population that changed makes scores mean something else
-- Cost: one row a feature and scoring
SELECT
    d.snapshot_date,
    d.as_known_utc,
    d.feature_name,
    d.psi_value,
    d.noise_value,
    d.missing_share_before,
    d.missing_share_now,
    d.row_count,
    d.status_code
FROM meta.model_drift AS d
WHERE d.model_run_id = @model_run_id
ORDER BY d.snapshot_date, d.as_known_utc, d.feature_name
