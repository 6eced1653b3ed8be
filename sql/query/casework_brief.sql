-- What: the briefs that one member of staff made of one child, newest first
-- Why: they are opened again from the page of the child
-- Cost: a filter on casework.brief
SELECT
    b.brief_id AS brief_id,
    b.created_utc AS created_utc,
    b.recipient AS recipient
FROM casework.brief AS b
WHERE b.child_key = @child_key
    AND b.created_by = @staff_id
    AND b.document_code IS NULL
ORDER BY
    b.created_utc DESC,
    b.brief_id
