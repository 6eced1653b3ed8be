-- Grain: one staged row of one person
-- What: from which file and line each record of a person came, as linked at a time; @record_key 0 means all its records
-- Why: the way of a value from the file to a reason; household rows of all members, because household features rest on them
-- Cost: one pass over each staging table
SELECT
    u.feed,
    u.record_key,
    u.load_id,
    u.line_number,
    u.item_date,
    u.detail_text,
    u.is_superseded,
    r.file_sha256
FROM (
    SELECT 'resident' AS feed, s.record_key, s.load_id, s.line_number, s.move_date AS item_date, CONCAT(s.move_code, ' ', s.relation_code) AS detail_text, s.is_superseded
    FROM stg.resident AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'household' AS feed, s.record_key, s.load_id, s.line_number, s.join_date AS item_date, CONCAT(s.relation_code, ' ', s.is_head) AS detail_text, s.is_superseded
    FROM stg.household AS s
    WHERE s.household_key IN (
            SELECT h.household_key
            FROM dim.household_member AS h
            WHERE h.person_key = @person_key
                AND h.known_from_utc <= @as_known_utc
                AND h.known_to_utc > @as_known_utc)
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'allowance' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, CONCAT(s.reason_code, ' ', s.payment_class) AS detail_text, s.is_superseded
    FROM stg.allowance AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'nursery' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, CONCAT(s.facility_code, ' ', s.leave_reason_code) AS detail_text, s.is_superseded
    FROM stg.nursery AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'checkup' AS feed, s.record_key, s.load_id, s.line_number, s.due_date AS item_date, CONCAT(s.checkup_type, ' ', s.judgement_code) AS detail_text, s.is_superseded
    FROM stg.checkup AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'school' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, CONCAT(s.facility_code, ' ', s.class_kind) AS detail_text, s.is_superseded
    FROM stg.school AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'attendance' AS feed, s.record_key, s.load_id, s.line_number, s.attendance_date AS item_date, CONCAT(s.attendance_code, ' ', s.reason_code) AS detail_text, s.is_superseded
    FROM stg.attendance AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'attendance_days' AS feed, s.record_key, s.load_id, s.line_number, m.first_date AS item_date, CONCAT(s.enrolled_days, ' days') AS detail_text, s.is_superseded
    FROM stg.attendance_days AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'consultation' AS feed, s.record_key, s.load_id, s.line_number, s.received_date AS item_date, CONCAT(s.consultation_type, ' ', s.route_code) AS detail_text, s.is_superseded
    FROM stg.consultation AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)) AS u
INNER JOIN meta.load_run AS r
    ON r.load_id = u.load_id
    AND r.is_published = 1
    AND r.known_from_utc <= @as_known_utc
ORDER BY
    u.feed,
    u.item_date,
    u.record_key,
    u.load_id,
    u.line_number
