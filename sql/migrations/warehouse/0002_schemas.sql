-- What: schemas of the warehouse database
-- Why: staging, star schema, runs and audit each have a place
-- Cost: none
-- Compatible with release: 0.1
-- Undo: DROP SCHEMA each, once empty
CREATE SCHEMA stg
GO
CREATE SCHEMA dim
GO
CREATE SCHEMA fact
GO
CREATE SCHEMA audit
GO
