-- Grain: one record of a link run
-- What: adds the children of allowance recipients whose link changed
-- Why: a benefit names its recipient as a person too
-- Cost: one pass over stg.allowance and stg.child_allowance
INSERT INTO stg.touched (batch_id, record_key)
SELECT DISTINCT @batch_id, s.record_key
FROM stg.allowance AS s
WHERE s.recipient_record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
    AND s.record_key NOT IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO stg.touched (batch_id, record_key)
SELECT DISTINCT @batch_id, s.record_key
FROM stg.child_allowance AS s
WHERE s.recipient_record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
    AND s.record_key NOT IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
