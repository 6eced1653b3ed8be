-- Grain: one piece of the text of a model
-- What: the text of one model, in order
-- Why: the linker scores by it
-- Cost: one key of ident.link_model_part
SELECT
    p.part_number,
    p.model_json
FROM ident.link_model_part AS p
WHERE p.system_code = @system_code
    AND p.model_number = @model_number
ORDER BY p.part_number
