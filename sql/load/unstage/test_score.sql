-- Grain: the staged rows of one run
-- What: empties the stage of a run
-- Why: a run that is done again starts from nothing
-- Cost: rows of one run
DELETE FROM stg.test_score
WHERE load_id = @load_id
