-- Grain: one part of the document of one model run.
-- What: the parts in order
-- Why: the artefact that scored is kept with the scores
-- Cost: one model
SELECT
    p.part_number,
    p.document_json
FROM meta.model_part AS p
WHERE p.model_run_id = @model_run_id
ORDER BY p.part_number
