-- Grain: one version of one school aid of one child
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.benefit_spell
WHERE benefit_code = 'school_aid'
    AND record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.benefit_spell (person_key, record_key, recipient_key, recipient_record_key, benefit_code, certificate_key, reason_code, payment_class, status_code, valid_from, valid_to, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    0,
    0,
    'school_aid',
    CAST(YEAR(v.applied_date) * 10000 + MONTH(v.applied_date) * 100 + DAY(v.applied_date) AS BIGINT),
    v.reason_code,
    v.category_code,
    v.result_code,
    v.decided_date,
    COALESCE(v.end_date, a.first_date),
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.school_year,
        c.category_code,
        c.applied_date,
        c.result_code,
        c.decided_date,
        c.end_date,
        c.reason_code,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.school_year, c.applied_date
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.school_year,
            s.category_code,
            s.applied_date,
            s.result_code,
            s.decided_date,
            s.end_date,
            s.reason_code,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.school_year, s.applied_date
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.school_aid AS s
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
INNER JOIN dim.calendar_month AS a
    ON a.month_key = (v.school_year + 1) * 100 + 4
WHERE v.known_from_utc < v.known_to_utc
    -- An application that waits or was denied is no aid; a grant taken back ends with its version.
    AND v.result_code = 'approved'
    AND v.decided_date IS NOT NULL
