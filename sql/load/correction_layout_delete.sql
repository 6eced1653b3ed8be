-- Grain: one file
-- What: takes back the layout of a file that is done again
-- Why: a replay writes it anew
-- Cost: rows of one file
DELETE FROM ident.file_layout
WHERE file_sha256 = @file_sha256
