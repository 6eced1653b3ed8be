-- Grain: one record of a link run
-- What: adds the children of allowance recipients, and the pregnancies of children, whose link changed
-- Why: a benefit names its recipient as a person too, a pregnancy its child
-- Cost: one pass over stg.allowance, stg.child_allowance and stg.pregnancy
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
GO
INSERT INTO stg.touched (batch_id, record_key)
SELECT DISTINCT @batch_id, s.record_key
FROM stg.pregnancy AS s
WHERE s.child_record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
    AND s.record_key NOT IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
