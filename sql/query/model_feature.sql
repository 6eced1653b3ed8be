-- Grain: one model feature.
-- What: which features the installation has approved
-- Why: only features approved both here and in the catalogue are used
-- Cost: some forty rows
SELECT
    f.feature_key,
    f.feature_name,
    f.is_approved
FROM dim.feature AS f
ORDER BY f.feature_key
