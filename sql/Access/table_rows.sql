-- Grain: one row of one table
-- What: reads all rows of the table whose name and columns stand in for these two
-- Why: two databases are compared table by table; both names come from the catalogue, never from a person
-- Cost: the whole table
SELECT all_columns
FROM one_table
