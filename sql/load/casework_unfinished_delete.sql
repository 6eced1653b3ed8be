-- What: says that the facts of an entry are written
-- Why: grain: one entry
-- Cost: one key look-up
DELETE FROM casework.unfinished_entry
WHERE entry_id = @entry_id
