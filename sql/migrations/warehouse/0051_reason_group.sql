-- What: which reasons of a score belong together
-- Why: conditions that overlap are one reason to a reader, with its parts
-- Cost: one nullable column
-- Compatible with release: 0.1
-- Undo: DROP the column; reasons are then listed one by one
ALTER TABLE fact.score_reason ADD group_rank INTEGER NULL
GO
