-- What: the next number of a release of statistics
-- Why: keys are given by the writer, under its lock
-- Cost: one aggregate
SELECT
    COALESCE(MAX(r.release_id), 0) + 1 AS release_id
FROM meta.statistics_release AS r
