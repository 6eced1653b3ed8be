-- Grain: all rows that are derived in C#
-- What: empties the tables that are derived whole
-- Why: they follow from stage and facts alone and are written anew in the same transaction
-- Cost: one pass over each table
DELETE FROM dim.person
WHERE person_key <> 0
GO
DELETE FROM dim.household
WHERE household_key <> 0
GO
DELETE FROM dim.kinship
WHERE person_key <> 0
GO
DELETE FROM fact.child_month
WHERE child_key <> 0
