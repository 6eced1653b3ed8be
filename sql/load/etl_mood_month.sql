-- Grain: one version of one pupil, one school, one month
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.mood_month
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.mood_month (person_key, record_key, facility_key, month_key, entry_days, cloudy_days, rain_days, thunder_days, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    COALESCE(f.facility_key, 0),
    v.month_key,
    v.entry_days,
    v.cloudy_days,
    v.rain_days,
    v.thunder_days,
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM (
    -- Parts of one extract stand in the same time and are added up.
    SELECT
        s.record_key,
        s.facility_code,
        s.month_key,
        CAST(SUM(s.row_count) AS SMALLINT) AS entry_days,
        CAST(SUM(CASE WHEN s.mood_code = 'cloudy' THEN s.row_count ELSE 0 END) AS SMALLINT) AS cloudy_days,
        CAST(SUM(CASE WHEN s.mood_code = 'rain' THEN s.row_count ELSE 0 END) AS SMALLINT) AS rain_days,
        CAST(SUM(CASE WHEN s.mood_code = 'thunder' THEN s.row_count ELSE 0 END) AS SMALLINT) AS thunder_days,
        p.known_from_utc,
        p.known_to_utc,
        MAX(s.load_id) AS load_id
    FROM stg.mood AS s
    INNER JOIN stg.scope_version AS p
        ON p.load_id = s.load_id
        AND p.facility_code = s.facility_code
        AND p.month_key = s.month_key
    WHERE s.is_superseded = 0
        AND s.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
    GROUP BY s.record_key, s.facility_code, s.month_key, p.known_from_utc, p.known_to_utc) AS v
INNER JOIN stg.link AS l
    ON l.record_key = v.record_key
    AND l.known_from_utc < v.known_to_utc
    AND l.known_to_utc > v.known_from_utc
LEFT JOIN dim.facility AS f
    ON f.facility_code = v.facility_code
