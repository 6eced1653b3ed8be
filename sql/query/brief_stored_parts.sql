-- What: the document of one stored brief, in its parts
-- Why: a brief rebuilds as it was
-- Cost: a key range
SELECT
    p.document_json AS document_json
FROM casework.brief_part AS p
WHERE p.brief_id = @brief_id
ORDER BY
    p.part_number
