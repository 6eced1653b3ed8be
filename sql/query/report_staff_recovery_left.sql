-- What: how many recovery codes of an account are left
-- Why: whoever runs out of them cannot sign in without the device
-- Cost: one key range of casework.staff_recovery
SELECT
    CAST(COUNT(*) AS BIGINT) AS code_count
FROM casework.staff_recovery AS r
WHERE r.staff_id = @staff_id
    AND r.used_utc IS NULL
