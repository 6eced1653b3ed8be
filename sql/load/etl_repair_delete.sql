-- Grain: the repairs of one run
-- What: empties the repairs of a run
-- Why: a file that is kept back repaired nothing
-- Cost: rows of one run
DELETE FROM stg.repair
WHERE load_id = @load_id
