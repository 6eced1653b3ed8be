-- Grain: one version of one pupil, one yearly health and dental check
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.school_health
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.school_health (person_key, record_key, facility_key, school_year, exam_date, height_cm, weight_kg, obesity_percent, vision_code, untreated_teeth, treated_teeth, advice_code, report_date, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(f.facility_key, 0),
    v.school_year,
    v.exam_date,
    v.height_cm,
    v.weight_kg,
    v.obesity_percent,
    v.vision_code,
    v.untreated_teeth,
    v.treated_teeth,
    v.advice_code,
    v.report_date,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.facility_code,
        c.school_year,
        c.exam_date,
        c.height_cm,
        c.weight_kg,
        c.obesity_percent,
        c.vision_code,
        c.untreated_teeth,
        c.treated_teeth,
        c.advice_code,
        c.report_date,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.school_year
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.facility_code,
            s.school_year,
            s.exam_date,
            s.height_cm,
            s.weight_kg,
            s.obesity_percent,
            s.vision_code,
            s.untreated_teeth,
            s.treated_teeth,
            s.advice_code,
            s.report_date,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.school_year
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.school_health AS s
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
