-- Grain: one load run
-- What: takes back which mapping a run used
-- Why: a run that is done again may use another version
-- Cost: one row by key
DELETE FROM meta.load_mapping
WHERE load_id = @load_id
