-- Grain: one staged row of a batch
-- What: marks rows that are older than what is known
-- Why: a late file never undoes what a later extract said
-- Cost: a hash join of the batch with the staging table
UPDATE stg.nurse_visit
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.file_scope AS o
        INNER JOIN meta.load_run AS p
            ON p.load_id = o.load_id
        INNER JOIN meta.load_run AS r
            ON r.load_id = stg.nurse_visit.load_id
        WHERE o.feed = 'nurse_visit'
            AND o.facility_code = stg.nurse_visit.facility_code
            AND o.month_key = YEAR(stg.nurse_visit.visit_date) * 100 + MONTH(stg.nurse_visit.visit_date)
            AND p.is_published = 1
            AND p.batch_id <> @batch_id
            AND p.extracted_utc > r.extracted_utc)
