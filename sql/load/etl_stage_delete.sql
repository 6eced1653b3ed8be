-- Grain: what one run noted about its rows
-- What: empties rejects, repairs, traits and scopes of a run
-- Why: a run that is done again starts from nothing
-- Cost: rows of one run
DELETE FROM stg.reject
WHERE load_id = @load_id
GO
DELETE FROM stg.repair
WHERE load_id = @load_id
GO
DELETE FROM stg.trait
WHERE load_id = @load_id
GO
DELETE FROM stg.file_scope
WHERE load_id = @load_id
GO
DELETE FROM stg.correction
WHERE load_id = @load_id
