-- What: the parts of the document of one run, in order
-- Why: what was computed is shown as it was, never computed anew
-- Cost: a key range
SELECT
    p.document_json AS document_json
FROM meta.evaluation_part AS p
WHERE p.evaluation_id = @evaluation_id
ORDER BY
    p.part_number
