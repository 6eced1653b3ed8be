-- Grain: one part of one correction that was still wrong
-- What: the bytes of the last correction of each row
-- Why: a department goes on from what it sent last
-- Cost: ident.correction_attempt
SELECT
    a.file_sha256,
    a.line_number,
    a.part_number,
    a.rule_codes,
    a.raw_base64
FROM ident.correction_attempt AS a
ORDER BY
    a.file_sha256,
    a.line_number,
    a.part_number
