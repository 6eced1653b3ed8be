-- What: the derived rows of each file by table
-- Why: counted at publish and counted again by the check; one list for both
-- Grain: one table and one load
-- Cost: none until it is read; then one pass over each table
DROP VIEW IF EXISTS meta.derived_row_count
GO
CREATE VIEW meta.derived_row_count AS
SELECT
    u.table_name,
    u.load_id,
    CAST(COUNT(*) AS BIGINT) AS row_count
FROM (
    SELECT 'fact.child_month' AS table_name, s.load_id
    FROM fact.child_month AS s
    UNION ALL
    SELECT 'fact.residence_move' AS table_name, s.load_id
    FROM fact.residence_move AS s
    UNION ALL
    SELECT 'fact.benefit_spell' AS table_name, s.load_id
    FROM fact.benefit_spell AS s
    UNION ALL
    SELECT 'fact.tax_class' AS table_name, s.load_id
    FROM fact.tax_class AS s
    UNION ALL
    SELECT 'fact.arrears_flag' AS table_name, s.load_id
    FROM fact.arrears_flag AS s
    UNION ALL
    SELECT 'fact.status_spell' AS table_name, s.load_id
    FROM fact.status_spell AS s
    UNION ALL
    SELECT 'fact.medical_month' AS table_name, s.load_id
    FROM fact.medical_month AS s
    UNION ALL
    SELECT 'fact.service_use' AS table_name, s.load_id
    FROM fact.service_use AS s
    UNION ALL
    SELECT 'fact.livelihood_consultation' AS table_name, s.load_id
    FROM fact.livelihood_consultation AS s
    UNION ALL
    SELECT 'fact.council_case' AS table_name, s.load_id
    FROM fact.council_case AS s
    UNION ALL
    SELECT 'restricted.dv_flag' AS table_name, s.load_id
    FROM restricted.dv_flag AS s
    UNION ALL
    SELECT 'fact.nursery_enrolment' AS table_name, s.load_id
    FROM fact.nursery_enrolment AS s
    UNION ALL
    SELECT 'fact.checkup' AS table_name, s.load_id
    FROM fact.checkup AS s
    UNION ALL
    SELECT 'fact.school_enrolment' AS table_name, s.load_id
    FROM fact.school_enrolment AS s
    UNION ALL
    SELECT 'fact.school_attendance_month' AS table_name, s.load_id
    FROM fact.school_attendance_month AS s
    UNION ALL
    SELECT 'fact.school_attendance_day' AS table_name, s.load_id
    FROM fact.school_attendance_day AS s
    UNION ALL
    SELECT 'fact.consultation' AS table_name, s.load_id
    FROM fact.consultation AS s
    UNION ALL
    SELECT 'fact.tax_class' AS table_name, s.load_id
    FROM fact.tax_class AS s
    UNION ALL
    SELECT 'fact.arrears_flag' AS table_name, s.load_id
    FROM fact.arrears_flag AS s
    UNION ALL
    SELECT 'fact.status_spell' AS table_name, s.load_id
    FROM fact.status_spell AS s
    UNION ALL
    SELECT 'fact.medical_month' AS table_name, s.load_id
    FROM fact.medical_month AS s
    UNION ALL
    SELECT 'fact.service_use' AS table_name, s.load_id
    FROM fact.service_use AS s
    UNION ALL
    SELECT 'fact.livelihood_consultation' AS table_name, s.load_id
    FROM fact.livelihood_consultation AS s
    UNION ALL
    SELECT 'fact.council_case' AS table_name, s.load_id
    FROM fact.council_case AS s
    UNION ALL
    SELECT 'fact.pregnancy' AS table_name, s.load_id
    FROM fact.pregnancy AS s
    UNION ALL
    SELECT 'fact.vaccination' AS table_name, s.load_id
    FROM fact.vaccination AS s
    UNION ALL
    SELECT 'fact.nursery_attendance_month' AS table_name, s.load_id
    FROM fact.nursery_attendance_month AS s
    UNION ALL
    SELECT 'fact.nurse_visit' AS table_name, s.load_id
    FROM fact.nurse_visit AS s
    UNION ALL
    SELECT 'fact.test_score' AS table_name, s.load_id
    FROM fact.test_score AS s
    UNION ALL
    SELECT 'fact.guidance' AS table_name, s.load_id
    FROM fact.guidance AS s
    UNION ALL
    SELECT 'fact.school_health' AS table_name, s.load_id
    FROM fact.school_health AS s
    UNION ALL
    SELECT 'fact.counselling' AS table_name, s.load_id
    FROM fact.counselling AS s
    UNION ALL
    SELECT 'fact.mood_month' AS table_name, s.load_id
    FROM fact.mood_month AS s
    UNION ALL
    SELECT 'dim.person' AS table_name, s.load_id
    FROM dim.person AS s
    UNION ALL
    SELECT 'dim.child' AS table_name, s.load_id
    FROM dim.child AS s
    UNION ALL
    SELECT 'dim.household' AS table_name, s.load_id
    FROM dim.household AS s
    UNION ALL
    SELECT 'dim.household_member' AS table_name, s.load_id
    FROM dim.household_member AS s
    UNION ALL
    SELECT 'dim.kinship' AS table_name, s.load_id
    FROM dim.kinship AS s
    UNION ALL
    SELECT 'stg.trait' AS table_name, s.load_id
    FROM stg.trait AS s
    UNION ALL
    SELECT 'stg.repair' AS table_name, s.load_id
    FROM stg.repair AS s
    UNION ALL
    SELECT 'stg.file_scope' AS table_name, s.load_id
    FROM stg.file_scope AS s) AS u
GROUP BY u.table_name, u.load_id
GO
