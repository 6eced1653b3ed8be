-- What: the document of one release, in its parts
-- Why: a release is given again as it was
-- Cost: a key range
SELECT
    p.document_json AS document_json
FROM meta.release_part AS p
WHERE p.release_id = @release_id
ORDER BY
    p.part_number
