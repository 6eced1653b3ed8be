-- Grain: one month after scorings of one model.
-- What: takes away what is about to be written again
-- Why: decisions come late; the months are counted anew each time
-- Cost: a few rows
-- Undo: none needed; the months are counted again
DELETE FROM meta.model_outcome
WHERE model_run_id = @model_run_id
