-- Grain: one load run
-- What: rows found in the stage and the quarantine
-- Why: the accounting is closed by counting again
-- Cost: one pass over each staging table
SELECT
    u.load_id,
    CAST(SUM(u.staged_count) AS BIGINT) AS staged_count,
    CAST(SUM(u.superseded_count) AS BIGINT) AS superseded_count,
    CAST(SUM(u.rejected_count) AS BIGINT) AS rejected_count
FROM (
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.resident AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.household AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.allowance AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.nursery AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.checkup AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.school AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.attendance AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.attendance_days AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(SUM(1 - s.is_superseded) AS BIGINT) AS staged_count, CAST(SUM(s.is_superseded) AS BIGINT) AS superseded_count, CAST(0 AS BIGINT) AS rejected_count
    FROM stg.consultation AS s
    GROUP BY s.load_id
    UNION ALL
    SELECT s.load_id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(COUNT(DISTINCT s.line_number) AS BIGINT)
    FROM stg.reject AS s
    GROUP BY s.load_id) AS u
GROUP BY u.load_id
ORDER BY u.load_id
