-- Grain: one staged row of a batch
-- What: marks rows that are older than what is known
-- Why: a late file never undoes what a later extract said
-- Cost: a hash join of the batch with the staging table
UPDATE stg.guidance
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.guidance AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.guidance.load_id
        WHERE o.record_key = stg.guidance.record_key
            AND o.noticed_date = stg.guidance.noticed_date
            AND o.kind_code = stg.guidance.kind_code
            AND o.role_code = stg.guidance.role_code
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
