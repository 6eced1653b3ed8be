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
GO
-- A school that had no exceptions is not in the file of exceptions: that the file covers it is said by the days on the roll of the same extract.
INSERT INTO stg.file_scope (load_id, feed, facility_code, month_key, has_present)
SELECT DISTINCT
    a.load_id,
    'attendance',
    f.facility_code,
    f.month_key,
    CAST(0 AS SMALLINT)
FROM stg.file_scope AS f
INNER JOIN meta.load_run AS d
    ON d.load_id = f.load_id
    AND d.is_published = 1
INNER JOIN meta.load_run AS a
    ON a.feed = 'attendance'
    AND a.batch_id = @batch_id
    AND a.is_published = 1
    AND a.extracted_utc = d.extracted_utc
    AND a.known_from_utc = d.known_from_utc
    AND YEAR(a.period_from) * 100 + MONTH(a.period_from) <= f.month_key
    AND YEAR(a.period_to) * 100 + MONTH(a.period_to) >= f.month_key
WHERE f.feed = 'attendance_days'
    AND NOT EXISTS (
        SELECT 1
        FROM stg.file_scope AS o
        WHERE o.load_id = a.load_id
            AND o.facility_code = f.facility_code
            AND o.month_key = f.month_key)
    AND NOT EXISTS (
        SELECT 1
        FROM stg.correction AS c
        WHERE c.load_id = a.load_id)
