-- Grain: one record of a batch
-- What: lists the records of one feed whose facts may change
-- Why: facts are derived anew for these records only
-- Cost: one pass over the rows of the batch
INSERT INTO stg.touched (batch_id, record_key)
SELECT @batch_id, u.record_key
FROM (
    SELECT d.record_key
    FROM (
        -- The records before the runs: how many rows the open transaction has brought no engine knows, and a join could hold them all.
        SELECT DISTINCT
            s.load_id,
            s.record_key
        FROM stg.mood AS s
        WHERE s.load_id >= @first_load_id) AS d
    WHERE d.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    UNION
    -- An earlier batch stated the same facility and month: its children may be missing from the new file.
    SELECT s.record_key
    FROM stg.mood AS s
    WHERE @is_again = 1
        AND s.load_id IN (
            SELECT o.load_id
            FROM stg.file_scope AS o
            INNER JOIN meta.load_run AS p
                ON p.load_id = o.load_id
                AND p.batch_id <> @batch_id
            INNER JOIN stg.file_scope AS n
                ON n.feed = o.feed
                AND n.facility_code = o.facility_code
                AND n.month_key = o.month_key
            INNER JOIN meta.load_run AS r
                ON r.load_id = n.load_id
                AND r.batch_id = @batch_id)) AS u
WHERE u.record_key NOT IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
