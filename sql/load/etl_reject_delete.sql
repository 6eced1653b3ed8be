-- Grain: the quarantined rows of one file
-- What: takes back the quarantine of a file that is done again
-- Why: a replay writes it anew
-- Cost: rows of one file
DELETE FROM ident.reject
WHERE file_sha256 = @file_sha256
