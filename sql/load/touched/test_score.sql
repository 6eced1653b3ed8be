-- Grain: one record of a batch
-- What: lists the records of one feed whose facts may change
-- Why: facts are derived anew for these records only
-- Cost: one pass over the rows of the batch
INSERT INTO stg.touched (batch_id, record_key)
SELECT @batch_id, u.record_key
FROM (
    SELECT s.record_key
    FROM stg.test_score AS s
    WHERE s.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)) AS u
WHERE u.record_key NOT IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
