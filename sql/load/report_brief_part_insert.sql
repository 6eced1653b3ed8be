-- What: one part of the document of a brief
-- Why: grain: one part of at most 4,000 characters
-- Cost: one insert
INSERT INTO casework.brief_part (
    brief_id,
    part_number,
    document_json
)
VALUES (
    @brief_id,
    @part_number,
    @document_json
)
