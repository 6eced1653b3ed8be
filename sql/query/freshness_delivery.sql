-- Grain: one file of one feed
-- What: what each file covers, when it came and what became of it
-- Why: late and missing files are judged against the calendar of the feed
-- Cost: one pass over meta.load_run and meta.repeated_file
SELECT
    r.feed AS feed,
    r.period_from AS period_from,
    r.period_to AS period_to,
    r.known_from_utc AS known_from_utc,
    r.is_published AS is_published,
    r.status_code AS status_code,
    COALESCE(r.error_code, '') AS error_code
FROM meta.load_run AS r
UNION ALL
SELECT
    d.feed AS feed,
    d.period_from AS period_from,
    d.period_to AS period_to,
    d.known_from_utc AS known_from_utc,
    r.is_published AS is_published,
    r.status_code AS status_code,
    COALESCE(r.error_code, '') AS error_code
FROM meta.repeated_file AS d
INNER JOIN meta.load_run AS r
    ON r.file_sha256 = d.file_sha256
ORDER BY
    feed,
    period_from,
    known_from_utc
