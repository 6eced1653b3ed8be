-- Grain: one row
-- What: how many published files were extracted after the oldest of the batch
-- Why: late rows are looked for only where there can be any
-- Cost: one pass over meta.load_run
SELECT CAST(COUNT(*) AS BIGINT) AS file_count
FROM meta.load_run AS p
WHERE p.is_published = 1
    AND p.batch_id <> @batch_id
    AND p.extracted_utc > (SELECT MIN(r.extracted_utc) FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
