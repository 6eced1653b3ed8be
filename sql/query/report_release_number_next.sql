-- What: the next number of an approved release
-- Why: numbers run without a gap, given by the writer under its lock
-- Cost: one aggregate
SELECT
    COALESCE(MAX(a.release_number), 0) + 1 AS release_number
FROM meta.release_approval AS a
