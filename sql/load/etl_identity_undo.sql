-- Grain: the identity rows of one file
-- What: takes back what a load wrote that was never published
-- Why: identity work without a published load is done again from the start
-- Cost: rows of one file
DELETE FROM ident.restriction
WHERE file_sha256 = @file_sha256
GO
DELETE FROM ident.source_record
WHERE file_sha256 = @file_sha256
