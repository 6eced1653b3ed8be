-- What: writes the columns of a table to a Parquet file; table, columns and file stand in for these three
-- Why: analysts read columns in tools of their own; names of table and columns come from the catalogue, the file's from the program
-- Cost: one pass over the table
COPY (SELECT all_columns FROM one_table) TO 'one_file' (FORMAT parquet, COMPRESSION zstd)
