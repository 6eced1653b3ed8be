-- What: files, rows accepted, quarantined, superseded and repaired by feed
-- Why: the summary of a run
-- Cost: meta.load_run
SELECT
    r.feed AS feed,
    CAST(COUNT(*) AS BIGINT) AS file_count,
    CAST(SUM(r.read_count) AS BIGINT) AS read_count,
    CAST(SUM(r.staged_count) AS BIGINT) AS staged_count,
    CAST(SUM(r.rejected_count) AS BIGINT) AS rejected_count,
    CAST(SUM(r.superseded_count) AS BIGINT) AS superseded_count,
    CAST(SUM(r.repaired_count) AS BIGINT) AS repaired_count,
    CAST(SUM(CASE WHEN r.status_code = 'succeeded' THEN 0 ELSE 1 END) AS BIGINT) AS failed_count,
    MAX(r.period_to) AS period_to,
    MAX(r.known_from_utc) AS known_from_utc
FROM meta.load_run AS r
GROUP BY
    r.feed
ORDER BY
    r.feed
