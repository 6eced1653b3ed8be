-- Grain: one facility and month of one file
-- What: gives each file the time in which it was the newest for a facility and month
-- Why: a later file replaces the facility and month it covers, parts of one extract stand together
-- Cost: one pass over stg.file_scope
DELETE FROM stg.scope_version
WHERE load_id <> 0
GO
INSERT INTO stg.scope_version (load_id, feed, facility_code, month_key, has_present, known_from_utc, known_to_utc)
SELECT
    f.load_id,
    f.feed,
    f.facility_code,
    f.month_key,
    f.has_present,
    v.known_from_utc,
    v.known_to_utc
FROM (
    -- Parts of one extract stand together; of one part sent again with the same time of extraction the last one stands.
    SELECT
        s.load_id,
        s.feed,
        s.facility_code,
        s.month_key,
        s.has_present,
        p.known_from_utc,
        p.extracted_utc,
        ROW_NUMBER() OVER (
            PARTITION BY s.feed, s.facility_code, s.month_key, p.known_from_utc, p.extracted_utc, p.part_number
            ORDER BY p.batch_id DESC, p.load_id DESC) AS place
    FROM stg.file_scope AS s
    INNER JOIN meta.load_run AS p
        ON p.load_id = s.load_id
        AND p.is_published = 1) AS f
INNER JOIN (
    SELECT
        e.feed,
        e.facility_code,
        e.month_key,
        e.known_from_utc,
        e.extracted_utc,
        LEAD(e.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY e.feed, e.facility_code, e.month_key
            ORDER BY e.known_from_utc, e.extracted_utc) AS known_to_utc
    FROM (
        SELECT
            d.feed,
            d.facility_code,
            d.month_key,
            d.known_from_utc,
            d.extracted_utc,
            MAX(d.extracted_utc) OVER (
                PARTITION BY d.feed, d.facility_code, d.month_key
                ORDER BY d.known_from_utc, d.extracted_utc
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS newest_utc
        FROM (
            SELECT DISTINCT
                s.feed,
                s.facility_code,
                s.month_key,
                p.known_from_utc,
                p.extracted_utc
            FROM stg.file_scope AS s
            INNER JOIN meta.load_run AS p
                ON p.load_id = s.load_id
                AND p.is_published = 1) AS d) AS e
    -- An extract that is older than one known before it never stood.
    WHERE e.extracted_utc = e.newest_utc) AS v
    ON v.feed = f.feed
    AND v.facility_code = f.facility_code
    AND v.month_key = f.month_key
    AND v.known_from_utc = f.known_from_utc
    AND v.extracted_utc = f.extracted_utc
WHERE f.place = 1
    AND v.known_from_utc < v.known_to_utc
GO
-- Corrected rows stand beside the rows of the file that they belong to, from when they were known; they never replace its facility and month.
INSERT INTO stg.scope_version (load_id, feed, facility_code, month_key, has_present, known_from_utc, known_to_utc)
SELECT
    c.load_id,
    v.feed,
    v.facility_code,
    v.month_key,
    v.has_present,
    CASE WHEN v.known_from_utc < r.known_from_utc THEN r.known_from_utc ELSE v.known_from_utc END,
    v.known_to_utc
FROM (
    SELECT DISTINCT
        d.load_id,
        d.original_load_id
    FROM stg.correction AS d) AS c
INNER JOIN stg.scope_version AS v
    ON v.load_id = c.original_load_id
INNER JOIN meta.load_run AS r
    ON r.load_id = c.load_id
    AND r.is_published = 1
WHERE v.known_to_utc > r.known_from_utc
