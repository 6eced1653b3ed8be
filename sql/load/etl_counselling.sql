-- Grain: one version of one session of educational counselling or support
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.counselling
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.counselling (person_key, record_key, session_date, channel_code, topic_code, requester_code, status_code, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    v.session_date,
    v.channel_code,
    v.topic_code,
    v.requester_code,
    v.status_code,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    SELECT
        c.record_key,
        c.session_date,
        c.channel_code,
        c.topic_code,
        c.requester_code,
        c.status_code,
        c.load_id,
        c.known_from_utc,
        LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY c.record_key, c.session_date, c.channel_code
            ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
    FROM (
        SELECT
            s.record_key,
            s.session_date,
            s.channel_code,
            s.topic_code,
            s.requester_code,
            s.status_code,
            s.load_id,
            s.line_number,
            s.payload_hash,
            r.known_from_utc,
            r.extracted_utc,
            LAG(s.payload_hash) OVER (
                PARTITION BY s.record_key, s.session_date, s.channel_code
                ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
        FROM stg.counselling AS s
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
