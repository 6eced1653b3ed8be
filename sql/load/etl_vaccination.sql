-- Grain: one version of one dose of one vaccine
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.vaccination
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.vaccination (person_key, record_key, vaccine_code, dose_number, vaccination_date, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    v.vaccine_code,
    v.dose_number,
    v.vaccination_date,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.vaccine_code,
        c.dose_number,
        c.vaccination_date,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.vaccine_code, c.dose_number
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.vaccine_code,
            s.dose_number,
            s.vaccination_date,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.vaccine_code, s.dose_number
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.vaccination AS s
        INNER JOIN meta.load_run AS r
            ON r.load_id = s.load_id
        WHERE s.is_superseded = 0
            AND r.is_published = 1
            AND s.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)) AS c
    -- The same said again is no new version.
    WHERE c.previous_hash IS NULL
        OR c.previous_hash <> c.payload_hash) AS v
INNER JOIN stg.link AS l
    ON l.record_key = v.record_key
    AND l.known_from_utc < v.known_to_utc
    AND l.known_to_utc > v.known_from_utc
WHERE v.known_from_utc < v.known_to_utc
