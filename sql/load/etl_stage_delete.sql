-- Grain: the staged rows of one run
-- What: empties the stage of a run
-- Why: a run that is done again starts from nothing
-- Cost: rows of one run
DELETE FROM stg.resident
WHERE load_id = @load_id
GO
DELETE FROM stg.household
WHERE load_id = @load_id
GO
DELETE FROM stg.allowance
WHERE load_id = @load_id
GO
DELETE FROM stg.nursery
WHERE load_id = @load_id
GO
DELETE FROM stg.checkup
WHERE load_id = @load_id
GO
DELETE FROM stg.school
WHERE load_id = @load_id
GO
DELETE FROM stg.attendance
WHERE load_id = @load_id
GO
DELETE FROM stg.attendance_days
WHERE load_id = @load_id
GO
DELETE FROM stg.consultation
WHERE load_id = @load_id
GO
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
