-- Grain: one record of a batch
-- What: lists the records whose facts may change
-- Why: facts are derived anew for these records only
-- Cost: one pass over the rows of the batch
DELETE FROM stg.touched
WHERE batch_id = @batch_id
GO
INSERT INTO stg.touched (batch_id, record_key)
SELECT @batch_id, u.record_key
FROM (
    SELECT s.record_key
    FROM stg.resident AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.household AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.allowance AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.nursery AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.checkup AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.school AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.attendance AS s
    WHERE s.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    UNION
    SELECT s.record_key
    FROM stg.attendance_days AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    SELECT s.record_key
    FROM stg.consultation AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    UNION
    -- An earlier batch stated the same facility and month: its pupils may be missing from the new file.
    SELECT s.record_key
    FROM stg.attendance AS s
    WHERE s.load_id IN (
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
            AND r.batch_id = @batch_id)
    UNION
    -- An earlier batch stated the same facility and month: its pupils may be missing from the new file.
    SELECT s.record_key
    FROM stg.attendance_days AS s
    WHERE s.load_id IN (
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
            AND r.batch_id = @batch_id)
    UNION
    -- A record whose link changed takes its facts along.
    SELECT l.record_key
    FROM stg.link AS l
    WHERE l.known_from_utc > '0001-01-01'
        AND EXISTS (
            SELECT 1
            FROM stg.link AS o
            WHERE o.record_key = l.record_key
                AND o.known_from_utc <> l.known_from_utc)) AS u
