-- What: every release with its number, where it has one
-- Why: the register as people read it
-- Cost: meta.statistics_release and meta.release_approval, a row a release each
SELECT
    r.release_id AS release_id,
    r.as_of_date AS as_of_date,
    r.as_known_utc AS as_known_utc,
    r.profile_name AS profile_name,
    r.figure_count AS figure_count,
    r.hidden_count AS hidden_count,
    r.audited_count AS audited_count,
    a.release_number AS release_number,
    a.public_from_utc AS public_from_utc,
    a.document_sha256 AS document_sha256,
    a.corrects_number AS corrects_number
FROM meta.statistics_release AS r
LEFT JOIN meta.release_approval AS a ON a.release_id = r.release_id
ORDER BY
    r.release_id
