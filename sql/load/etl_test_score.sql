-- Grain: one version of one pupil, one subject of the yearly survey
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.test_score
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.test_score (person_key, record_key, facility_key, school_year, grade_code, subject_code, correct_percent, level_code, deviation_score, deviation_change, breakfast_code, bedtime_code, self_esteem_code, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(f.facility_key, 0),
    v.school_year,
    v.grade_code,
    v.subject_code,
    v.correct_percent,
    v.level_code,
    v.deviation_score,
    v.deviation_change,
    v.breakfast_code,
    v.bedtime_code,
    v.self_esteem_code,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.facility_code,
        c.school_year,
        c.grade_code,
        c.subject_code,
        c.correct_percent,
        c.level_code,
        c.deviation_score,
        c.deviation_change,
        c.breakfast_code,
        c.bedtime_code,
        c.self_esteem_code,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.school_year, c.subject_code
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.facility_code,
            s.school_year,
            s.grade_code,
            s.subject_code,
            s.correct_percent,
            s.level_code,
            s.deviation_score,
            s.deviation_change,
            s.breakfast_code,
            s.bedtime_code,
            s.self_esteem_code,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.school_year, s.subject_code
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.test_score AS s
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
