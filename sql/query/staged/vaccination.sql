-- Grain: one load run
-- What: staged and superseded rows of one feed, counted again
-- Why: the accounting is closed by counting; late rows change the counts of a run
-- Cost: one pass over the staging table
SELECT
    s.load_id,
    CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count,
    CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
FROM stg.vaccination AS s
WHERE s.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE @batch_id = 0 OR r.batch_id = @batch_id)
GROUP BY s.load_id
ORDER BY s.load_id
