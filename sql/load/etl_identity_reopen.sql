-- Grain: one version of one record
-- What: the version that a taken-back one ended stands again
-- Why: each record has one open version; a version that was replaced within its own batch has no length and was never current
-- Cost: one pass over ident.source_record
UPDATE ident.source_record
SET known_to_utc = '9999-12-31'
FROM (
    SELECT
        s.record_key,
        s.file_sha256,
        s.line_number,
        MAX(s.known_to_utc) OVER (PARTITION BY s.record_key) AS last_utc,
        ROW_NUMBER() OVER (
            PARTITION BY s.record_key
            ORDER BY
                CASE WHEN s.known_to_utc = s.known_from_utc THEN 1 ELSE 0 END,
                f.received_utc DESC,
                s.known_to_utc DESC,
                s.known_from_utc DESC,
                s.line_number DESC) AS place
    FROM ident.source_record AS s
    INNER JOIN ident.received_file AS f
        ON f.file_sha256 = s.file_sha256) AS v
WHERE ident.source_record.record_key = v.record_key
    AND ident.source_record.file_sha256 = v.file_sha256
    AND ident.source_record.line_number = v.line_number
    AND v.place = 1
    AND v.last_utc < '9999-12-31'
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
            AND n.known_from_utc = ident.crosswalk.known_to_utc
            AND n.known_to_utc > ident.crosswalk.known_to_utc)
