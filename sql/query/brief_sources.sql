-- What: the last published file, as known then, of each feed that a brief reads or that an approved feature comes from
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
    -- What has no part in a brief is not listed: the restricted class, tax, what is off as a feature.
    AND (r.feed IN ('resident', 'household', 'allowance', 'nursery', 'checkup', 'school', 'attendance', 'attendance_days', 'consultation')
        OR r.feed IN (SELECT f.feed FROM dim.feature AS f WHERE f.is_approved = 1))
    AND r.known_from_utc <= @as_known_utc
GROUP BY
    r.feed
ORDER BY
    r.feed
