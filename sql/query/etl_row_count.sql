-- Grain: one table and one load
-- What: rows found, and rows counted when the data was last published
-- Why: a row that was deleted or added by hand is found, with its file
-- Cost: one pass over each table
SELECT
    COALESCE(n.table_name, k.table_name) AS table_name,
    COALESCE(n.load_id, k.load_id) AS load_id,
    COALESCE(n.row_count, 0) AS found_count,
    COALESCE(k.row_count, 0) AS kept_count
FROM meta.derived_row_count AS n
FULL OUTER JOIN meta.row_count AS k
    ON k.table_name = n.table_name
    AND k.load_id = n.load_id
WHERE COALESCE(n.row_count, 0) <> COALESCE(k.row_count, 0)
    AND EXISTS (SELECT 1 FROM meta.row_count AS e)
ORDER BY
    COALESCE(n.load_id, k.load_id),
    COALESCE(n.table_name, k.table_name)
