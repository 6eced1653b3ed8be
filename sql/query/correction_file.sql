-- Grain: one row
-- What: whether a correction report is known
-- Why: it is registered once
-- Cost: one row by key
SELECT CAST(COUNT(*) AS BIGINT) AS file_count
FROM ident.correction_file AS f
WHERE f.file_sha256 = @file_sha256
