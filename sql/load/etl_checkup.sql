-- Grain: one version of one check-up
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.checkup
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.checkup (person_key, record_key, checkup_type, due_date, visit_date, is_attended, height_cm, weight_kg, judgement_code, caries_count, reminder_count, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    v.checkup_type,
    v.due_date,
    v.visit_date,
    CASE WHEN v.visit_date IS NULL THEN 0 ELSE 1 END,
    v.height_cm,
    v.weight_kg,
    v.judgement_code,
    v.caries_count,
    v.reminder_count,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.checkup_type,
        c.due_date,
        c.visit_date,
        c.height_cm,
        c.weight_kg,
        c.judgement_code,
        c.caries_count,
        c.reminder_count,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.checkup_type
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.checkup_type,
            s.due_date,
            s.visit_date,
            s.height_cm,
            s.weight_kg,
            s.judgement_code,
            s.caries_count,
            s.reminder_count,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.checkup_type
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.checkup AS s
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
