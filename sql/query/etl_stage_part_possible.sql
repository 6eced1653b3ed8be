-- Grain: one row
-- What: how many facilities and months a batch states in several parts
-- Why: rows that two parts of one extract state are looked for only where there can be any
-- Cost: one pass over stg.file_scope
SELECT CAST(COUNT(*) AS BIGINT) AS scope_count
FROM stg.file_scope AS f
INNER JOIN meta.load_run AS r
    ON r.load_id = f.load_id
    AND r.batch_id = @batch_id
INNER JOIN stg.file_scope AS o
    ON o.feed = f.feed
    AND o.facility_code = f.facility_code
    AND o.month_key = f.month_key
    AND o.load_id <> f.load_id
INNER JOIN meta.load_run AS p
    ON p.load_id = o.load_id
    AND p.known_from_utc = r.known_from_utc
    AND p.extracted_utc = r.extracted_utc
    AND p.part_number <> r.part_number
