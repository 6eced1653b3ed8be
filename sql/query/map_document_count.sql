-- Grain: one row
-- What: parts of a version of a mapping that are kept
-- Why: a version is written once
-- Cost: rows by key
SELECT CAST(COUNT(*) AS BIGINT) AS part_count
FROM meta.mapping_document AS d
WHERE d.mapping_sha256 = @mapping_sha256
