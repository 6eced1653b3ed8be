-- Grain: one part of one header row
-- What: the layouts of files with quarantined rows
-- Why: rows go back in the sender's own encoding and column order
-- Cost: ident.file_layout
SELECT
    y.file_sha256,
    y.part_number,
    y.encoding_code,
    y.delimiter_code,
    y.header_base64
FROM ident.file_layout AS y
ORDER BY
    y.file_sha256,
    y.part_number
