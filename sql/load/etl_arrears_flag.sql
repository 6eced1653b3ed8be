-- Grain: one version of one kind of tax or fee of one guardian on one day
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.arrears_flag
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.arrears_flag (person_key, record_key, as_of_date, fee_kind, has_arrears, period_band, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    v.as_of_date,
    v.fee_kind,
    v.has_arrears,
    v.period_band,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.as_of_date,
        c.fee_kind,
        c.has_arrears,
        c.period_band,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.fee_kind, c.as_of_date
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.as_of_date,
            s.fee_kind,
            s.has_arrears,
            s.period_band,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.fee_kind, s.as_of_date
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.arrears AS s
        INNER JOIN meta.load_run AS r
            ON r.load_id = s.load_id
        INNER JOIN stg.touched AS t
            ON t.record_key = s.record_key
            AND t.batch_id = @batch_id
        WHERE s.is_superseded = 0
            AND r.is_published = 1) AS c
    -- The same said again is no new version.
    WHERE c.previous_hash IS NULL
        OR c.previous_hash <> c.payload_hash) AS v
INNER JOIN stg.link AS l
    ON l.record_key = v.record_key
    AND l.known_from_utc < v.known_to_utc
    AND l.known_to_utc > v.known_from_utc
WHERE v.known_from_utc < v.known_to_utc
