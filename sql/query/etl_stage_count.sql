-- Grain: one load run
-- What: rows found in the quarantine
-- Why: the accounting is closed by counting again; query/staged counts the rows that were staged
-- Cost: one pass over stg.reject
SELECT
    s.load_id,
    CAST(COUNT(DISTINCT s.line_number) AS BIGINT) AS rejected_count
FROM stg.reject AS s
GROUP BY s.load_id
ORDER BY s.load_id
