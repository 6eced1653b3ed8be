-- Grain: one record of a batch
-- What: starts the list of the records whose facts may change with those whose link changed
-- Why: a record whose link changed takes its facts along; the feeds of the batch add theirs (load/touched)
-- Cost: one pass over stg.link
DELETE FROM stg.touched
WHERE batch_id = @batch_id
GO
INSERT INTO stg.touched (batch_id, record_key)
SELECT DISTINCT @batch_id, l.record_key
FROM stg.link AS l
WHERE l.known_from_utc > '0001-01-01'
    AND EXISTS (
        SELECT 1
        FROM stg.link AS o
        WHERE o.record_key = l.record_key
            AND o.known_from_utc <> l.known_from_utc)
