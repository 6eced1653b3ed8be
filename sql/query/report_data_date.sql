-- What: the last day that published data covers and the last state of knowledge
-- Why: the current snapshot is the last 1 April of the data
-- Cost: meta.load_run
SELECT
    MAX(r.period_to) AS period_to,
    MAX(r.known_from_utc) AS known_from_utc,
    CAST(COUNT(*) AS BIGINT) AS file_count
FROM meta.load_run AS r
WHERE r.is_published = 1
