-- Grain: one version of one pupil in one incident that the school noticed
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.guidance
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.guidance (person_key, record_key, facility_key, noticed_date, kind_code, role_code, form_code, status_code, resolved_date, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(f.facility_key, 0),
    v.noticed_date,
    v.kind_code,
    v.role_code,
    v.form_code,
    v.status_code,
    v.resolved_date,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.facility_code,
        c.noticed_date,
        c.kind_code,
        c.role_code,
        c.form_code,
        c.status_code,
        c.resolved_date,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.noticed_date, c.kind_code, c.role_code
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.facility_code,
            s.noticed_date,
            s.kind_code,
            s.role_code,
            s.form_code,
            s.status_code,
            s.resolved_date,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.noticed_date, s.kind_code, s.role_code
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.guidance AS s
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
LEFT JOIN dim.facility AS f
    ON f.facility_code = v.facility_code
WHERE v.known_from_utc < v.known_to_utc
