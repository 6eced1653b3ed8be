-- Grain: one row
-- What: how many facilities and months a batch states that another batch stated
-- Why: records that a new file may no longer name are looked for only where there can be any
-- Cost: one pass over stg.file_scope
SELECT CAST(COUNT(*) AS BIGINT) AS scope_count
FROM stg.file_scope AS n
INNER JOIN meta.load_run AS r
    ON r.load_id = n.load_id
    AND r.batch_id = @batch_id
INNER JOIN stg.file_scope AS o
    ON o.feed = n.feed
    AND o.facility_code = n.facility_code
    AND o.month_key = n.month_key
INNER JOIN meta.load_run AS p
    ON p.load_id = o.load_id
    AND p.batch_id <> @batch_id
