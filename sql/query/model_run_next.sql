-- Grain: one row.
-- What: the number of the next model run
-- Why: keys are given by the program, under the lock
-- Cost: a few rows
SELECT
    CAST(COALESCE(MAX(r.model_run_id), 0) + 1 AS BIGINT) AS model_run_id
FROM meta.model_run AS r
