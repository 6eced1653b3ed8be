-- Grain: one version of one record
-- What: ends each version where the next begins
-- Why: versions that follow a taken-back one stand again
-- Cost: one pass over ident.source_record
UPDATE ident.source_record
SET known_to_utc = v.next_utc
FROM (
    SELECT
        s.record_key,
        s.known_from_utc,
        s.line_number,
        s.file_sha256,
        LEAD(s.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
            PARTITION BY s.record_key
            ORDER BY s.known_from_utc, s.line_number) AS next_utc
    FROM ident.source_record AS s) AS v
WHERE ident.source_record.record_key = v.record_key
    AND ident.source_record.file_sha256 = v.file_sha256
    AND ident.source_record.line_number = v.line_number
    AND ident.source_record.known_to_utc <> v.next_utc
GO
UPDATE ident.restriction
SET known_to_utc = '9999-12-31'
WHERE valid_to = '9999-12-31'
    AND known_to_utc < '9999-12-31'
    AND NOT EXISTS (
        SELECT 1
        FROM ident.restriction AS n
        WHERE n.person_key = ident.restriction.person_key
            AND n.known_from_utc = ident.restriction.known_to_utc)
GO
UPDATE ident.crosswalk
SET known_to_utc = '9999-12-31'
WHERE known_to_utc < '9999-12-31'
    AND NOT EXISTS (
        SELECT 1
        FROM ident.crosswalk AS n
        WHERE n.record_key = ident.crosswalk.record_key
            AND n.known_from_utc = ident.crosswalk.known_to_utc)
