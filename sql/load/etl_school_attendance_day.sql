-- Grain: one version of one pupil record on one day that was not simply present
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: one pass over stg.attendance
DELETE FROM fact.school_attendance_day
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.school_attendance_day (person_key, record_key, date_key, facility_key, attendance_code, reason_code, known_from_utc, known_to_utc, load_id)
SELECT
    w.person_key,
    w.record_key,
    w.date_key,
    COALESCE(f.facility_key, 0),
    w.attendance_code,
    w.reason_code,
    w.known_from_utc,
    w.known_to_utc,
    w.load_id
FROM (
    SELECT
        l.person_key,
        s.record_key,
        s.date_key,
        s.facility_code,
        s.attendance_code,
        s.reason_code,
        CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END AS known_from_utc,
        CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END AS known_to_utc,
        s.load_id
    FROM (
        -- The exceptions first: nineteen of twenty rows are simply present.
        SELECT
            a.load_id,
            a.record_key,
            a.facility_code,
            a.attendance_code,
            a.reason_code,
            YEAR(a.attendance_date) * 100 + MONTH(a.attendance_date) AS month_key,
            YEAR(a.attendance_date) * 10000 + MONTH(a.attendance_date) * 100 + DAY(a.attendance_date) AS date_key
        FROM stg.attendance AS a
        WHERE a.is_superseded = 0
            AND a.attendance_code <> 'present'
            AND a.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)) AS s
    INNER JOIN stg.scope_version AS v
        ON v.load_id = s.load_id
        AND v.facility_code = s.facility_code
        AND v.month_key = s.month_key
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key) AS w
LEFT JOIN dim.facility AS f
    ON f.facility_code = w.facility_code
-- Both times cut to what they share; compared here, so that no engine joins links with scopes by time alone.
WHERE w.known_from_utc < w.known_to_utc
