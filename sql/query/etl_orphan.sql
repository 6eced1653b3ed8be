-- Grain: one key column
-- What: facts whose key has no member, and rows of runs that are not published
-- Why: runs before each publish; foreign keys are not in the common schema
-- Cost: one anti-join for each key
SELECT u.check_name, u.row_count
FROM (
    SELECT 'fact.residence_move.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.residence_move AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.residence_move.place_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.residence_move AS s
    WHERE s.place_key NOT IN (SELECT d.place_key FROM dim.place AS d)
    UNION ALL
    SELECT 'fact.benefit_spell.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.benefit_spell AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.nursery_enrolment.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.nursery_enrolment AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.nursery_enrolment.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.nursery_enrolment AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.checkup.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.checkup AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.school_enrolment.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_enrolment AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.school_enrolment.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_enrolment AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.school_attendance_month.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_month AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.school_attendance_month.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_month AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.school_attendance_day.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_day AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.school_attendance_day.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_day AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.consultation.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.consultation AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'dim.household_member.person_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM dim.household_member AS s
    WHERE s.person_key NOT IN (SELECT d.person_key FROM dim.person AS d)
    UNION ALL
    SELECT 'fact.child_month.place_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.place_key NOT IN (SELECT d.place_key FROM dim.place AS d)
    UNION ALL
    SELECT 'fact.child_month.facility_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.facility_key NOT IN (SELECT d.facility_key FROM dim.facility AS d)
    UNION ALL
    SELECT 'fact.child_month.child_key' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.child_key NOT IN (SELECT d.child_key FROM dim.child AS d)
    UNION ALL
    SELECT 'fact.residence_move.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.residence_move AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.benefit_spell.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.benefit_spell AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.nursery_enrolment.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.nursery_enrolment AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.checkup.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.checkup AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.school_enrolment.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_enrolment AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.school_attendance_month.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_month AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.school_attendance_day.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.school_attendance_day AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.consultation.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.consultation AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)
    UNION ALL
    SELECT 'fact.child_month.load_id' AS check_name, CAST(COUNT(*) AS BIGINT) AS row_count
    FROM fact.child_month AS s
    WHERE s.load_id NOT IN (SELECT r.load_id FROM meta.load_run AS r WHERE r.is_published = 1)) AS u
WHERE u.row_count > 0
ORDER BY u.check_name
