-- Grain: one fact of one person as known at a time
-- What: the facts that a person's features are computed from; @record_key 0 means all its records
-- Why: the way of a value from the file to a reason
-- Cost: one pass over each fact table
SELECT
    u.table_name,
    u.feed,
    u.record_key,
    u.load_id,
    u.item_date,
    u.detail_text,
    u.known_from_utc
FROM (
    SELECT 'fact.residence_move' AS table_name, 'resident' AS feed, s.record_key, s.load_id, s.move_date AS item_date, s.move_code AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.residence_move AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'dim.household_member' AS table_name, 'household' AS feed, s.record_key, s.load_id, s.valid_from AS item_date, s.relation_code AS detail_text, s.known_from_utc, s.known_to_utc
    FROM dim.household_member AS s
    WHERE s.household_key IN (
            SELECT h.household_key
            FROM dim.household_member AS h
            WHERE h.person_key = @person_key
                AND h.known_from_utc <= @as_known_utc
                AND h.known_to_utc > @as_known_utc)
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.benefit_spell' AS table_name, CASE WHEN s.benefit_code = 'child_rearing_allowance' THEN 'allowance' ELSE s.benefit_code END AS feed, s.record_key, s.load_id, s.valid_from AS item_date, CONCAT(s.reason_code, ' ', s.payment_class) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.benefit_spell AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.nursery_enrolment' AS table_name, 'nursery' AS feed, s.record_key, s.load_id, s.valid_from AS item_date, s.leave_reason_code AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.nursery_enrolment AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.checkup' AS table_name, 'checkup' AS feed, s.record_key, s.load_id, s.due_date AS item_date, CONCAT(s.checkup_type, ' ', s.judgement_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.checkup AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.school_enrolment' AS table_name, 'school' AS feed, s.record_key, s.load_id, s.valid_from AS item_date, s.class_kind AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.school_enrolment AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.school_attendance_month' AS table_name, 'attendance' AS feed, s.record_key, s.load_id, m.first_date AS item_date, CONCAT(s.absent_days, ' of ', s.enrolled_days, ' days absent') AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.school_attendance_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.school_attendance_day' AS table_name, 'attendance' AS feed, s.record_key, s.load_id, m.calendar_date AS item_date, CONCAT(s.attendance_code, ' ', s.reason_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.school_attendance_day AS s
    INNER JOIN dim.calendar_date AS m
        ON m.date_key = s.date_key
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.consultation' AS table_name, 'consultation' AS feed, s.record_key, s.load_id, s.received_date AS item_date, CONCAT(s.consultation_type, ' ', s.route_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.consultation AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.status_spell' AS table_name, s.status_group AS feed, s.record_key, s.load_id, s.valid_from AS item_date, CONCAT(s.status_code, ' ', s.grade_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.status_spell AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.tax_class' AS table_name, 'tax_class' AS feed, s.record_key, s.load_id, CAST(CONCAT(s.tax_year, '-06-01') AS DATE) AS item_date, '(tax secret)' AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.tax_class AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.arrears_flag' AS table_name, 'arrears' AS feed, s.record_key, s.load_id, s.as_of_date AS item_date, '(tax secret)' AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.arrears_flag AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.medical_month' AS table_name, 'medical_month' AS feed, s.record_key, s.load_id, m.first_date AS item_date, CONCAT(s.care_kind, ' ', s.use_band) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.medical_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.service_use' AS table_name, 'service_use' AS feed, s.record_key, s.load_id, s.use_date AS item_date, CONCAT(s.service_code, ' ', s.use_count) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.service_use AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.livelihood_consultation' AS table_name, 'livelihood' AS feed, s.record_key, s.load_id, s.consulted_date AS item_date, s.topic_code AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.livelihood_consultation AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.council_case' AS table_name, 'council_case' AS feed, s.record_key, s.load_id, s.registered_date AS item_date, CONCAT(s.category_code, ' ', s.severity_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.council_case AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.pregnancy' AS table_name, 'pregnancy' AS feed, s.record_key, s.load_id, s.notified_date AS item_date, CONCAT('week ', s.week_count) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.pregnancy AS s
    WHERE s.child_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.vaccination' AS table_name, 'vaccination' AS feed, s.record_key, s.load_id, s.vaccination_date AS item_date, CONCAT(s.vaccine_code, ' ', s.dose_number) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.vaccination AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.nursery_attendance_month' AS table_name, 'nursery_attendance' AS feed, s.record_key, s.load_id, m.first_date AS item_date, CONCAT(s.absent_days, ' of ', s.listed_days, ' days absent') AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.nursery_attendance_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.nurse_visit' AS table_name, 'nurse_visit' AS feed, s.record_key, s.load_id, s.visit_date AS item_date, CONCAT(s.complaint_code, ' ', s.treatment_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.nurse_visit AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.test_score' AS table_name, 'test_score' AS feed, s.record_key, s.load_id, m.first_date AS item_date, CONCAT(s.subject_code, ' ', s.deviation_score) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.test_score AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.school_year * 100 + 4
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.guidance' AS table_name, 'guidance' AS feed, s.record_key, s.load_id, s.noticed_date AS item_date, CONCAT(s.kind_code, ' ', s.role_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.guidance AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.school_health' AS table_name, 'school_health' AS feed, s.record_key, s.load_id, s.exam_date AS item_date, CONCAT(s.untreated_teeth, ' teeth ', s.advice_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.school_health AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.counselling' AS table_name, 'counselling' AS feed, s.record_key, s.load_id, s.session_date AS item_date, CONCAT(s.channel_code, ' ', s.requester_code) AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.counselling AS s
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)
    UNION ALL
    SELECT 'fact.mood_month' AS table_name, 'mood' AS feed, s.record_key, s.load_id, m.first_date AS item_date, CONCAT(s.rain_days + s.thunder_days, ' of ', s.entry_days, ' days low') AS detail_text, s.known_from_utc, s.known_to_utc
    FROM fact.mood_month AS s
    INNER JOIN dim.calendar_month AS m
        ON m.month_key = s.month_key
    WHERE s.person_key = @person_key
        AND (@record_key = 0 OR s.record_key = @record_key)) AS u
WHERE u.known_from_utc <= @as_known_utc
    AND u.known_to_utc > @as_known_utc
ORDER BY
    u.feed,
    u.table_name,
    u.item_date,
    u.record_key
