-- Grain: one link
-- What: empties what linkage handed over
-- Why: stg.link is the crosswalk without its reasons and is handed over whole
-- Cost: one pass over stg.link
DELETE FROM stg.link
WHERE record_key <> 0
