-- What: schemas of the identity database
-- Why: names, addresses and words live apart from the pseudonymous warehouse
-- Cost: none
-- Compatible with release: 0.1
-- Undo: DROP SCHEMA each, once empty
CREATE SCHEMA ident
GO
CREATE SCHEMA casework
GO
