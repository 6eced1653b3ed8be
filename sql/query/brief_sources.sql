-- What: the last published file of each feed as known then
-- Why: lineage and data date of a brief
-- Cost: meta.load_run
SELECT
    r.feed AS feed,
    MAX(r.period_to) AS period_to,
    MAX(r.extracted_utc) AS extracted_utc,
    CAST(MAX(r.load_id) AS BIGINT) AS load_id,
    CAST(COUNT(*) AS BIGINT) AS file_count
FROM meta.load_run AS r
WHERE r.is_published = 1
    -- The restricted class has no part in a brief.
    AND r.feed <> 'dv_consultation'
    AND r.known_from_utc <= @as_known_utc
GROUP BY
    r.feed
ORDER BY
    r.feed
