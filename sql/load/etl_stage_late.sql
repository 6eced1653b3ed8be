-- Grain: one staged row of a batch
-- What: marks rows that are older than what is known
-- Why: a late file never undoes what a later extract said
-- Cost: a hash join of the batch with each staging table
UPDATE stg.resident
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.resident AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.resident.load_id
        WHERE o.record_key = stg.resident.record_key
            AND o.move_date = stg.resident.move_date
            AND o.move_code = stg.resident.move_code
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.household
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.household AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.household.load_id
        WHERE o.household_key = stg.household.household_key
            AND o.record_key = stg.household.record_key
            AND o.join_date = stg.household.join_date
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.allowance
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.allowance AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.allowance.load_id
        WHERE o.certificate_key = stg.allowance.certificate_key
            AND o.record_key = stg.allowance.record_key
            AND o.start_date = stg.allowance.start_date
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.nursery
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.nursery AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.nursery.load_id
        WHERE o.record_key = stg.nursery.record_key
            AND o.start_date = stg.nursery.start_date
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.checkup
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.checkup AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.checkup.load_id
        WHERE o.record_key = stg.checkup.record_key
            AND o.checkup_type = stg.checkup.checkup_type
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.school
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.school AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.school.load_id
        WHERE o.record_key = stg.school.record_key
            AND o.school_year = stg.school.school_year
            AND o.start_date = stg.school.start_date
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.consultation
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.consultation AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.consultation.load_id
        WHERE o.record_key = stg.consultation.record_key
            AND o.is_superseded = 0
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.attendance
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.file_scope AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.attendance.load_id
        WHERE o.feed = 'attendance'
            AND o.facility_code = stg.attendance.facility_code
            AND o.month_key = YEAR(stg.attendance.attendance_date) * 100 + MONTH(stg.attendance.attendance_date)
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
GO
UPDATE stg.attendance_days
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.file_scope AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.attendance_days.load_id
        WHERE o.feed = 'attendance_days'
            AND o.facility_code = stg.attendance_days.facility_code
            AND o.month_key = stg.attendance_days.month_key
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
