-- Grain: one load run
-- What: staged and superseded rows of one feed, counted again, of one batch or (0) of all
-- Why: the accounting is closed by counting; late rows change the counts of a run
-- Cost: one pass over the staging table
SELECT
    s.load_id,
    CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count,
    CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
FROM stg.public_assistance AS s
WHERE @batch_id = 0
    OR s.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
GROUP BY s.load_id
ORDER BY s.load_id
