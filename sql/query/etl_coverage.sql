-- Grain: one row
-- What: the first and last day that published files cover
-- Why: the span of months in which children are counted
-- Cost: one pass over meta.load_run
SELECT
    MIN(r.period_from) AS period_from,
    MAX(r.period_to) AS period_to
FROM meta.load_run AS r
WHERE r.is_published = 1
