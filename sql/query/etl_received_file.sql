-- Grain: one file ever received
-- What: hash and receipt of each file
-- Why: a receipt is registered once and kept on replay
-- Cost: one pass over ident.received_file
SELECT
    f.file_sha256,
    f.known_from_utc,
    f.received_utc
FROM ident.received_file AS f
ORDER BY f.file_sha256
