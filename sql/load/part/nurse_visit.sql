-- Grain: one staged row of a batch
-- What: marks rows that another part of the same extract has stated
-- Why: parts of one extract stand together, and a visit counts once
-- Cost: a hash join of the batch with the staging table
UPDATE stg.nurse_visit
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.nurse_visit AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.nurse_visit.load_id
            AND r.known_from_utc = p.known_from_utc
            AND r.extracted_utc = p.extracted_utc
            AND r.part_number <> p.part_number
        WHERE o.record_key = stg.nurse_visit.record_key
            AND o.visit_date = stg.nurse_visit.visit_date
            AND o.visit_time = stg.nurse_visit.visit_time
            AND o.facility_code = stg.nurse_visit.facility_code
            AND ((p.is_published = 1 AND p.batch_id <> @batch_id)
                OR (p.batch_id = @batch_id AND p.load_id < stg.nurse_visit.load_id)))
