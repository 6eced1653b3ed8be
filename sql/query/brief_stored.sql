-- What: one stored brief
-- Why: a brief rebuilds as it was
-- Cost: one key look-up
SELECT
    b.brief_id AS brief_id,
    b.child_key AS child_key,
    b.document_sha256 AS document_sha256,
    b.renderer AS renderer,
    b.copy_number AS copy_number,
    b.copy_count AS copy_count,
    b.document_code AS document_code
FROM casework.brief AS b
WHERE b.brief_id = @brief_id
ORDER BY
    b.brief_id
