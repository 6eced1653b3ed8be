-- Grain: the links that one link run decided
-- What: takes back what a link run wrote that was never published
-- Why: identity work without a published run is done again from the start
-- Cost: one pass over ident.crosswalk
DELETE FROM ident.crosswalk
WHERE decided_by = @decided_by
