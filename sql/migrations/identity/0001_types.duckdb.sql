-- What: names DATETIME2 for DuckDB
-- Why: one SQL text serves both engines; DuckDB knows the type as TIMESTAMP
-- Cost: none
-- Compatible with release: 0.1
-- Undo: DROP TYPE DATETIME2
CREATE TYPE DATETIME2 AS TIMESTAMP
GO
