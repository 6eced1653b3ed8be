-- Grain: all tables that follow from files
-- What: keeps how many rows of each file each table holds
-- Why: the check counts again; runs inside the transaction that publishes
-- Cost: one pass over each table
DELETE FROM meta.row_count
WHERE row_count >= 0
GO
INSERT INTO meta.row_count (table_name, load_id, row_count)
SELECT
    n.table_name,
    n.load_id,
    n.row_count
FROM meta.derived_row_count AS n
