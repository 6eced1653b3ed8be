-- Grain: one quarantined row
-- What: takes back its reasons
-- Why: a correction that is still wrong has reasons of its own; the first ones stay in ident.reject
-- Cost: rows of one line
DELETE FROM stg.reject
WHERE load_id = @load_id
    AND line_number = @line_number
