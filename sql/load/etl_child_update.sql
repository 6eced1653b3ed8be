-- Grain: one child
-- What: writes the changed traits of one child
-- Why: a register may correct a birth month
-- Cost: one row by key
UPDATE dim.child
SET birth_year_month = @birth_year_month,
    school_cohort_year = @school_cohort_year,
    sex_code = @sex_code,
    is_foreign = @is_foreign,
    load_id = @load_id
WHERE child_key = @child_key
