-- Grain: one version of one visit to the school nurse's room
-- What: derives the versions of touched records
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: rows of the touched records
DELETE FROM fact.nurse_visit
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
INSERT INTO fact.nurse_visit (person_key, record_key, facility_key, visit_date, visit_time, category_code, complaint_code, treatment_code, early_leave_code, known_from_utc, known_to_utc, load_id)
SELECT
    w.person_key,
    w.record_key,
    COALESCE(f.facility_key, 0),
    w.visit_date,
    w.visit_time,
    w.category_code,
    w.complaint_code,
    w.treatment_code,
    w.early_leave_code,
    w.known_from_utc,
    w.known_to_utc,
    w.load_id
FROM (
    SELECT
        l.person_key,
        s.record_key,
        s.facility_code,
        s.visit_date,
        s.visit_time,
        s.category_code,
        s.complaint_code,
        s.treatment_code,
        s.early_leave_code,
        CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END AS known_from_utc,
        CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END AS known_to_utc,
        s.load_id
    FROM stg.nurse_visit AS s
    INNER JOIN stg.scope_version AS v
        ON v.load_id = s.load_id
        AND v.facility_code = s.facility_code
        AND v.month_key = YEAR(s.visit_date) * 100 + MONTH(s.visit_date)
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
    WHERE s.is_superseded = 0
        AND s.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)) AS w
LEFT JOIN dim.facility AS f
    ON f.facility_code = w.facility_code
-- Both times cut to what they share; compared here, so that no engine joins links with scopes by time alone.
WHERE w.known_from_utc < w.known_to_utc
