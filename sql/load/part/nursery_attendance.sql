-- Grain: one staged row of a batch
-- What: marks rows that another part of the same extract has stated
-- Why: days are counted and not kept, so the month of a child at a facility comes from one part
-- Cost: a hash join of the batch with the staging table
UPDATE stg.nursery_attendance
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.nursery_attendance AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.nursery_attendance.load_id
            AND r.known_from_utc = p.known_from_utc
            AND r.extracted_utc = p.extracted_utc
            AND r.part_number <> p.part_number
        WHERE o.record_key = stg.nursery_attendance.record_key
            AND o.month_key = stg.nursery_attendance.month_key
            AND o.facility_code = stg.nursery_attendance.facility_code
            AND ((p.is_published = 1 AND p.batch_id <> @batch_id)
                OR (p.batch_id = @batch_id AND p.load_id < stg.nursery_attendance.load_id)))
