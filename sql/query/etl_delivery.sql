-- Grain: one content for one period
-- What: for which periods each content has come
-- Why: a file that repeats a content is registered once for each period
-- Cost: one pass over meta.load_run and meta.repeated_file
SELECT
    r.file_sha256,
    r.period_from,
    r.period_to
FROM meta.load_run AS r
UNION
SELECT
    d.file_sha256,
    d.period_from,
    d.period_to
FROM meta.repeated_file AS d
