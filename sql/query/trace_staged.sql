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
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'tax_class' AS feed, s.record_key, s.load_id, s.line_number, CAST(CONCAT(s.tax_year, '-06-01') AS DATE) AS item_date, '(tax secret)' AS detail_text, s.is_superseded
    FROM stg.tax_class AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'arrears' AS feed, s.record_key, s.load_id, s.line_number, s.as_of_date AS item_date, '(tax secret)' AS detail_text, s.is_superseded
    FROM stg.arrears AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'child_allowance' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, s.payment_class AS detail_text, s.is_superseded
    FROM stg.child_allowance AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'public_assistance' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, s.household_type AS detail_text, s.is_superseded
    FROM stg.public_assistance AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'disability' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, CONCAT(s.kind_code, ' ', s.grade_code) AS detail_text, s.is_superseded
    FROM stg.disability AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'care_need' AS feed, s.record_key, s.load_id, s.line_number, s.start_date AS item_date, s.level_code AS detail_text, s.is_superseded
    FROM stg.care_need AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'medical_month' AS feed, s.record_key, s.load_id, s.line_number, m.first_date AS item_date, CONCAT(s.care_kind, ' ', s.use_band) AS detail_text, s.is_superseded
    FROM stg.medical_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'school_aid' AS feed, s.record_key, s.load_id, s.line_number, s.applied_date AS item_date, CONCAT(s.category_code, ' ', s.result_code) AS detail_text, s.is_superseded
    FROM stg.school_aid AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'council_case' AS feed, s.record_key, s.load_id, s.line_number, s.registered_date AS item_date, CONCAT(s.category_code, ' ', s.severity_code) AS detail_text, s.is_superseded
    FROM stg.council_case AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'livelihood' AS feed, s.record_key, s.load_id, s.line_number, s.consulted_date AS item_date, s.topic_code AS detail_text, s.is_superseded
    FROM stg.livelihood AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'service_use' AS feed, s.record_key, s.load_id, s.line_number, s.use_date AS item_date, CONCAT(s.service_code, ' ', s.use_count) AS detail_text, s.is_superseded
    FROM stg.service_use AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'pregnancy' AS feed, s.record_key, s.load_id, s.line_number, s.notified_date AS item_date, CONCAT('week ', s.week_count) AS detail_text, s.is_superseded
    FROM stg.pregnancy AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.child_record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'vaccination' AS feed, s.record_key, s.load_id, s.line_number, s.vaccination_date AS item_date, CONCAT(s.vaccine_code, ' ', s.dose_number) AS detail_text, s.is_superseded
    FROM stg.vaccination AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'nursery_attendance' AS feed, s.record_key, s.load_id, s.line_number, m.first_date AS item_date, CONCAT(s.attendance_code, ' ', s.row_count, ' days') AS detail_text, s.is_superseded
    FROM stg.nursery_attendance AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'nurse_visit' AS feed, s.record_key, s.load_id, s.line_number, s.visit_date AS item_date, CONCAT(s.complaint_code, ' ', s.treatment_code) AS detail_text, s.is_superseded
    FROM stg.nurse_visit AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'test_score' AS feed, s.record_key, s.load_id, s.line_number, m.first_date AS item_date, CONCAT(s.subject_code, ' ', s.deviation_score) AS detail_text, s.is_superseded
    FROM stg.test_score AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.school_year * 100 + 4
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'guidance' AS feed, s.record_key, s.load_id, s.line_number, s.noticed_date AS item_date, CONCAT(s.kind_code, ' ', s.role_code) AS detail_text, s.is_superseded
    FROM stg.guidance AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'school_health' AS feed, s.record_key, s.load_id, s.line_number, s.exam_date AS item_date, CONCAT(s.untreated_teeth, ' teeth ', s.advice_code) AS detail_text, s.is_superseded
    FROM stg.school_health AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'counselling' AS feed, s.record_key, s.load_id, s.line_number, s.session_date AS item_date, CONCAT(s.channel_code, ' ', s.requester_code) AS detail_text, s.is_superseded
    FROM stg.counselling AS s
    INNER JOIN stg.link AS l
        ON l.record_key = s.record_key
        AND l.known_from_utc <= @as_known_utc
        AND l.known_to_utc > @as_known_utc
    WHERE l.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'mood' AS feed, s.record_key, s.load_id, s.line_number, m.first_date AS item_date, CONCAT(s.mood_code, ' ', s.row_count, ' days') AS detail_text, s.is_superseded
    FROM stg.mood AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
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
