-- What: support plans that were made for the family of a child, newest first
-- Why: each has its number, and is opened again
-- Cost: a filter on casework.brief
SELECT
    b.brief_id AS brief_id,
    b.created_utc AS created_utc,
    b.created_by AS created_by,
    b.copy_number AS copy_number
FROM casework.brief AS b
WHERE b.child_key = @child_key
    AND b.document_code = 'plan'
ORDER BY
    b.copy_number DESC
