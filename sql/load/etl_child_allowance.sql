-- Grain: one version of one child of one child allowance
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.benefit_spell
WHERE benefit_code = 'child_allowance'
    AND record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.benefit_spell (person_key, record_key, recipient_key, recipient_record_key, benefit_code, certificate_key, reason_code, payment_class, status_code, valid_from, valid_to, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(m.person_key, 0),
    v.recipient_record_key,
    'child_allowance',
    v.certificate_key,
    v.report_code,
    v.payment_class,
    v.stop_code,
    v.start_date,
    COALESCE(v.end_date, CAST('9999-12-31' AS DATE)),
    CASE
        WHEN m.known_from_utc > v.known_from_utc AND m.known_from_utc > l.known_from_utc THEN m.known_from_utc
        WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc
        ELSE l.known_from_utc
    END,
    CASE
        WHEN m.known_to_utc < v.known_to_utc AND m.known_to_utc < l.known_to_utc THEN m.known_to_utc
        WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc
        ELSE l.known_to_utc
    END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.recipient_record_key,
        c.certificate_key,
        c.payment_class,
        c.report_code,
        c.stop_code,
        c.custody_code,
        c.start_date,
        c.end_date,
        c.end_reason_code,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.certificate_key, c.record_key, c.start_date
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.recipient_record_key,
            s.certificate_key,
            s.payment_class,
            s.report_code,
            s.stop_code,
            s.custody_code,
            s.start_date,
            s.end_date,
            s.end_reason_code,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.certificate_key, s.record_key, s.start_date
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.child_allowance AS s
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
-- The recipient is a record with a history of its own: what was believed of it is kept too.
LEFT JOIN stg.link AS m
    ON m.record_key = v.recipient_record_key
    AND m.known_from_utc < v.known_to_utc
    AND m.known_to_utc > v.known_from_utc
    AND m.known_from_utc < l.known_to_utc
    AND m.known_to_utc > l.known_from_utc
    AND m.known_from_utc < m.known_to_utc
WHERE v.known_from_utc < v.known_to_utc
