-- Grain: one load run
-- What: hash, state and number of every run
-- Why: the same content again is not loaded again; a run that failed is tried again
-- Cost: one pass over meta.load_run
SELECT
    r.load_id,
    r.batch_id,
    r.feed,
    r.file_sha256,
    r.status_code,
    r.is_published,
    r.read_count,
    r.staged_count,
    r.rejected_count,
    r.superseded_count
FROM meta.load_run AS r
ORDER BY r.load_id
