-- What: the number of the next run
-- Why: runs are numbered; two at the same time violate the key
-- Cost: a row a run
SELECT
    CAST(COALESCE(MAX(r.evaluation_id), 0) + 1 AS BIGINT) AS evaluation_id
FROM meta.evaluation_run AS r
