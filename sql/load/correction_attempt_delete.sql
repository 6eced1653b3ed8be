-- Grain: one quarantined row
-- What: takes back the last correction that was still wrong
-- Why: only the last one is handed back
-- Cost: rows of one line
DELETE FROM ident.correction_attempt
WHERE file_sha256 = @file_sha256
    AND line_number = @line_number
