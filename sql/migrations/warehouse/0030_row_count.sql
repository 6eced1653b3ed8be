-- What: how many rows of each file each derived table held when it was last published
-- Why: a row that was deleted or added by hand is found, with the file that it came from
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE meta.row_count
-- Grain: one table and one load
CREATE TABLE meta.row_count (
    table_name VARCHAR(60) NOT NULL,
    load_id BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    CONSTRAINT pk_row_count PRIMARY KEY (table_name, load_id)
)
GO
