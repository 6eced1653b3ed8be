-- Grain: one version of one stay in a nursery
-- What: derives the versions of touched records; the last day is inside the stay
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.nursery_enrolment
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.nursery_enrolment (person_key, record_key, facility_key, certification_class, care_amount_code, leave_reason_code, valid_from, valid_to, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(f.facility_key, 0),
    v.certification_class,
    v.care_amount_code,
    v.leave_reason_code,
    v.start_date,
    COALESCE(n.calendar_date, v.end_date, CAST('9999-12-31' AS DATE)),
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.facility_code,
        c.certification_class,
        c.care_amount_code,
        c.start_date,
        c.end_date,
        c.leave_reason_code,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.start_date
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.facility_code,
            s.certification_class,
            s.care_amount_code,
            s.start_date,
            s.end_date,
            s.leave_reason_code,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.start_date
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.nursery AS s
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
LEFT JOIN dim.facility AS f
    ON f.facility_code = v.facility_code
LEFT JOIN dim.calendar_date AS d
    ON d.calendar_date = v.end_date
LEFT JOIN dim.calendar_date AS n
    ON n.day_number = d.day_number + 1
WHERE v.known_from_utc < v.known_to_utc
