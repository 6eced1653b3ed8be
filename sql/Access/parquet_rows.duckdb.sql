-- Grain: one row of a Parquet file
-- What: every column of a file, in its order, as it is stored
-- Why: a table that the model is asked about need not be in a warehouse; its columns are known to the file alone
-- Cost: one pass over the file
SELECT *
FROM read_parquet(@path)
