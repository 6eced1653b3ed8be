-- What: a benefit's code gets room for 40 characters instead of 20
-- Why: child_rearing_allowance has 23; SQL Server enforces lengths, DuckDB keeps any
-- Cost: metadata only
-- Compatible with release: 0.1
-- Undo: ALTER TABLE fact.benefit_spell ALTER COLUMN benefit_code VARCHAR(20) NOT NULL, once no longer code is kept
ALTER TABLE fact.benefit_spell ALTER COLUMN benefit_code VARCHAR(40) NOT NULL
GO
