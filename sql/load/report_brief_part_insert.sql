-- What: up to eight parts of the document of a brief, those that are not null
-- Why: grain: one part of at most 4,000 characters; a document has some ten, and a statement each costs more than the rows
-- Cost: eight rows
INSERT INTO casework.brief_part (
    brief_id,
    part_number,
    document_json
)
SELECT
    @brief_id,
    @first_part + p.place,
    p.document_json
FROM (
    SELECT 0 AS place, CAST(@part0 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 1 AS place, CAST(@part1 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 2 AS place, CAST(@part2 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 3 AS place, CAST(@part3 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 4 AS place, CAST(@part4 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 5 AS place, CAST(@part5 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 6 AS place, CAST(@part6 AS NVARCHAR(4000)) AS document_json
    UNION ALL
    SELECT 7 AS place, CAST(@part7 AS NVARCHAR(4000)) AS document_json
) AS p
WHERE p.document_json IS NOT NULL
