-- Grain: one load run of a batch
-- What: staged and superseded rows after late rows were marked
-- Why: the counts of the run follow its rows
-- Cost: one pass over each staging table
SELECT
    u.load_id,
    CAST(SUM(u.staged_count) AS BIGINT) AS staged_count,
    CAST(SUM(u.superseded_count) AS BIGINT) AS superseded_count
FROM (
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.resident AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.household AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.allowance AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.nursery AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.checkup AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.school AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.attendance AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.attendance_days AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count
    FROM stg.consultation AS s
    INNER JOIN meta.load_run AS r
        ON r.load_id = s.load_id
    WHERE r.batch_id = @batch_id
    GROUP BY s.load_id) AS u
GROUP BY u.load_id
ORDER BY u.load_id
