-- Grain: one staged row of a batch
-- What: marks rows of a part that repeats what another part of the same extract has stated
-- Why: parts of one extract are added up, and days that are counted and not kept cannot be told apart: two parts with more days of a child than a month has are the same days twice
-- Cost: two sums over the staging table
UPDATE stg.mood
SET is_superseded = 1
WHERE is_superseded = 0
    AND load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
    AND EXISTS (
        SELECT 1
        FROM stg.mood AS o
        INNER JOIN (
            SELECT
                a.load_id AS earlier_id,
                b.load_id AS later_id
            FROM (
                SELECT
                    s.load_id,
                    s.record_key,
                    s.month_key,
                    s.facility_code,
                    SUM(s.row_count) AS day_count
                FROM stg.mood AS s
                WHERE s.is_superseded = 0
                GROUP BY s.load_id, s.record_key, s.month_key, s.facility_code) AS a
            INNER JOIN (
                SELECT
                    s.load_id,
                    s.record_key,
                    s.month_key,
                    s.facility_code,
                    SUM(s.row_count) AS day_count
                FROM stg.mood AS s
                WHERE s.is_superseded = 0
                    AND s.load_id IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.batch_id = @batch_id)
                GROUP BY s.load_id, s.record_key, s.month_key, s.facility_code) AS b
                ON b.record_key = a.record_key
                AND b.month_key = a.month_key
                AND b.facility_code = a.facility_code
                AND b.load_id <> a.load_id
            INNER JOIN meta.load_run AS p
                ON p.load_id = a.load_id
            INNER JOIN meta.load_run AS r
                ON r.load_id = b.load_id
                AND r.known_from_utc = p.known_from_utc
                AND r.extracted_utc = p.extracted_utc
                AND r.part_number <> p.part_number
            WHERE (p.is_published = 1 AND p.batch_id <> @batch_id)
                OR (p.batch_id = @batch_id AND p.load_id < r.load_id)
            GROUP BY a.load_id, b.load_id
            HAVING MAX(a.day_count + b.day_count) > 31) AS x
            ON x.earlier_id = o.load_id
        WHERE x.later_id = stg.mood.load_id
            AND o.record_key = stg.mood.record_key
            AND o.month_key = stg.mood.month_key
            AND o.facility_code = stg.mood.facility_code)
