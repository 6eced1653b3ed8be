-- Grain: one published load run of a feed
-- What: the runs whose quarantined rows can be corrected, with the profile that they were read by
-- Why: a corrected row is read as its file was
-- Cost: one pass over meta.load_run
SELECT
    r.load_id,
    r.feed,
    r.file_sha256,
    r.extracted_utc,
    r.period_from,
    r.period_to,
    m.profile_name
FROM meta.load_run AS r
LEFT JOIN meta.load_mapping AS m
    ON m.load_id = r.load_id
WHERE r.is_published = 1
    AND (@feed = '' OR r.feed = @feed)
    AND r.rejected_count > 0
ORDER BY r.load_id
