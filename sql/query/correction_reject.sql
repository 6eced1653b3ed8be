-- Grain: one part of one quarantined row of a feed
-- What: the bytes of quarantined rows
-- Why: a department gets them back to correct them
-- Cost: ident.reject of one feed
SELECT
    j.file_sha256,
    j.line_number,
    j.part_number,
    j.raw_base64
FROM ident.reject AS j
WHERE j.feed = @feed
ORDER BY
    j.file_sha256,
    j.line_number,
    j.part_number
