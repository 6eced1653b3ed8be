-- Grain: one child
-- What: children by key
-- Why: only children that are new or changed are written
-- Cost: one pass over dim.child
SELECT c.child_key, c.birth_year_month, c.school_cohort_year, c.sex_code, c.is_foreign, c.load_id
FROM dim.child AS c
WHERE c.child_key <> 0
ORDER BY c.child_key
