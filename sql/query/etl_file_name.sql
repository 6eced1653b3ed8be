-- Grain: one file ever received
-- What: hash and name of each file
-- Why: a finding names the file, so that its department can be asked
-- Cost: one pass over ident.received_file
SELECT
    f.file_sha256,
    f.file_name
FROM ident.received_file AS f
ORDER BY f.file_sha256
