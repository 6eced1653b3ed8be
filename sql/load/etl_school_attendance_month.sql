-- Grain: one version of one pupil record in one month
-- What: derives the versions of touched records from the days listed and, where a school sends exceptions only, from the days on the roll
-- Why: versions follow from the stage alone, so a replay gives the same rows
-- Cost: one pass over stg.attendance and stg.attendance_days
DELETE FROM fact.school_attendance_month
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
WITH segment AS (
    SELECT
        b.facility_code,
        b.month_key,
        b.known_from_utc,
        LEAD(b.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY b.facility_code, b.month_key
            ORDER BY b.known_from_utc) AS known_to_utc
    FROM (
        SELECT DISTINCT
            e.facility_code,
            e.month_key,
            e.known_from_utc
        FROM stg.scope_version AS e) AS b
),
listed AS (
    SELECT
        s.load_id,
        s.facility_code,
        YEAR(s.attendance_date) * 100 + MONTH(s.attendance_date) AS month_key,
        s.record_key,
        CAST(COUNT(*) AS INTEGER) AS listed_days,
        CAST(COUNT(CASE WHEN s.attendance_code = 'absent' THEN 1 END) AS INTEGER) AS absent_days,
        CAST(COUNT(CASE WHEN s.attendance_code IN ('late', 'late_early') THEN 1 END) AS INTEGER) AS late_days,
        CAST(COUNT(CASE WHEN s.attendance_code IN ('early', 'late_early') THEN 1 END) AS INTEGER) AS early_leave_days,
        CAST(COUNT(CASE WHEN s.attendance_code IN ('suspended', 'bereavement') THEN 1 END) AS INTEGER) AS suspended_days
    FROM stg.attendance AS s
    INNER JOIN stg.touched AS t
        ON t.record_key = s.record_key
        AND t.batch_id = @batch_id
    WHERE s.is_superseded = 0
    GROUP BY s.load_id, s.facility_code, YEAR(s.attendance_date) * 100 + MONTH(s.attendance_date), s.record_key
),
by_day AS (
    SELECT
        g.facility_code,
        g.month_key,
        g.known_from_utc,
        g.known_to_utc,
        d.record_key,
        MAX(v.has_present) AS has_present,
        SUM(d.listed_days) AS listed_days,
        SUM(d.absent_days) AS absent_days,
        SUM(d.late_days) AS late_days,
        SUM(d.early_leave_days) AS early_leave_days,
        SUM(d.suspended_days) AS suspended_days,
        MAX(d.load_id) AS load_id
    FROM segment AS g
    INNER JOIN stg.scope_version AS v
        ON v.feed = 'attendance'
        AND v.facility_code = g.facility_code
        AND v.month_key = g.month_key
        AND v.known_from_utc <= g.known_from_utc
        AND v.known_to_utc > g.known_from_utc
    INNER JOIN listed AS d
        ON d.load_id = v.load_id
        AND d.facility_code = v.facility_code
        AND d.month_key = v.month_key
    GROUP BY g.facility_code, g.month_key, g.known_from_utc, g.known_to_utc, d.record_key
),
by_roll AS (
    SELECT
        g.facility_code,
        g.month_key,
        g.known_from_utc,
        g.known_to_utc,
        s.record_key,
        MAX(s.enrolled_days) AS enrolled_days,
        MAX(s.load_id) AS load_id
    FROM segment AS g
    INNER JOIN stg.scope_version AS v
        ON v.feed = 'attendance_days'
        AND v.facility_code = g.facility_code
        AND v.month_key = g.month_key
        AND v.known_from_utc <= g.known_from_utc
        AND v.known_to_utc > g.known_from_utc
    INNER JOIN stg.attendance_days AS s
        ON s.load_id = v.load_id
        AND s.facility_code = v.facility_code
        AND s.month_key = v.month_key
        AND s.is_superseded = 0
    INNER JOIN stg.touched AS t
        ON t.record_key = s.record_key
        AND t.batch_id = @batch_id
    GROUP BY g.facility_code, g.month_key, g.known_from_utc, g.known_to_utc, s.record_key
),
both_sides AS (
    SELECT
        COALESCE(d.facility_code, r.facility_code) AS facility_code,
        COALESCE(d.month_key, r.month_key) AS month_key,
        COALESCE(d.known_from_utc, r.known_from_utc) AS known_from_utc,
        COALESCE(d.known_to_utc, r.known_to_utc) AS known_to_utc,
        COALESCE(d.record_key, r.record_key) AS record_key,
        -- Exceptions without the days on the roll say nothing about the days that were simply present.
        COALESCE(r.enrolled_days, CASE WHEN d.has_present = 1 THEN d.listed_days END) AS enrolled_days,
        COALESCE(d.absent_days, 0) AS absent_days,
        COALESCE(d.late_days, 0) AS late_days,
        COALESCE(d.early_leave_days, 0) AS early_leave_days,
        COALESCE(d.suspended_days, 0) AS suspended_days,
        COALESCE(d.load_id, r.load_id) AS load_id
    FROM by_day AS d
    FULL OUTER JOIN by_roll AS r
        ON r.facility_code = d.facility_code
        AND r.month_key = d.month_key
        AND r.known_from_utc = d.known_from_utc
        AND r.record_key = d.record_key
)
INSERT INTO fact.school_attendance_month (person_key, record_key, month_key, facility_key, enrolled_days, present_days, absent_days, late_days, early_leave_days, suspended_days, known_from_utc, known_to_utc, load_id)
SELECT
    l.person_key,
    v.record_key,
    v.month_key,
    COALESCE(f.facility_key, 0),
    CAST(v.enrolled_days AS SMALLINT),
    CAST(CASE WHEN v.enrolled_days > v.absent_days + v.suspended_days THEN v.enrolled_days - v.absent_days - v.suspended_days ELSE 0 END AS SMALLINT),
    CAST(v.absent_days AS SMALLINT),
    CAST(v.late_days AS SMALLINT),
    CAST(v.early_leave_days AS SMALLINT),
    CAST(v.suspended_days AS SMALLINT),
    CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END,
    CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END,
    v.load_id
FROM both_sides AS v
INNER JOIN stg.link AS l
    ON l.record_key = v.record_key
    AND l.known_from_utc < v.known_to_utc
    AND l.known_to_utc > v.known_from_utc
LEFT JOIN dim.facility AS f
    ON f.facility_code = v.facility_code
WHERE v.enrolled_days IS NOT NULL
