-- Grain: one row of a bulk append
-- What: takes a group of rows over into a table
-- Why: DuckDB writes whole row groups to disk while the transaction is open. What an insert by several threads, or its plain appender, leaves of a row group stays in memory until the commit
-- Cost: one pass over the group
INSERT INTO target_table BY NAME
SELECT *
FROM appended_rows
-- Rows that are returned come from an insert by one thread, which fills the row group that the one before it began.
RETURNING 1 AS done
