-- Grain: one link run
-- What: number and state of every link run
-- Why: a run that was never published is taken up again under its number
-- Cost: one pass over meta.link_run
SELECT
    r.link_run_id,
    r.is_published
FROM meta.link_run AS r
ORDER BY r.link_run_id
