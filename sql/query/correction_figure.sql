-- Grain: one feed
-- What: quarantined rows, and those of them that were corrected
-- Why: what is still open, for people
-- Cost: one pass over meta.load_run and stg.correction
SELECT
    u.feed,
    CAST(SUM(u.rejected_count) AS BIGINT) AS rejected_count,
    CAST(SUM(u.corrected_count) AS BIGINT) AS corrected_count
FROM (
    SELECT r.feed, r.rejected_count, CAST(0 AS BIGINT) AS corrected_count
    FROM meta.load_run AS r
    WHERE r.is_published = 1
    UNION ALL
    SELECT r.feed, CAST(0 AS BIGINT) AS rejected_count, CAST(COUNT(*) AS BIGINT) AS corrected_count
    FROM stg.correction AS c
    INNER JOIN meta.load_run AS r
        ON r.load_id = c.original_load_id
    GROUP BY r.feed) AS u
GROUP BY u.feed
HAVING SUM(u.rejected_count) > 0
ORDER BY u.feed
