-- Grain: one record of a batch
-- What: empties the list
-- Why: the batch is derived
-- Cost: rows of one batch
DELETE FROM stg.touched
WHERE batch_id = @batch_id
