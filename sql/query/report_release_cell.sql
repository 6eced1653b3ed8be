-- What: every figure of every release
-- Why: a new release is protected together with all that is public already
-- Cost: scan of fact.release_cell, some hundred rows a release
SELECT
    c.release_id AS release_id,
    c.figure_key AS figure_key,
    c.cell_count AS cell_count,
    c.state_code AS state_code,
    c.printed_count AS printed_count,
    c.shown_lower AS shown_lower,
    c.shown_upper AS shown_upper,
    c.need_width AS need_width
FROM fact.release_cell AS c
WHERE c.release_id >= @from_release_id
    AND c.release_id <= @to_release_id
ORDER BY
    c.release_id,
    c.figure_key
