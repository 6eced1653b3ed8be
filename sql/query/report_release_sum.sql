-- What: the sums between the figures of every release, each total before its parts
-- Why: what an earlier table tells of a new one goes through its sums
-- Cost: scan of fact.release_sum, about a thousand rows a release
SELECT
    s.release_id AS release_id,
    s.sum_number AS sum_number,
    s.figure_key AS figure_key
FROM fact.release_sum AS s
ORDER BY
    s.release_id,
    s.sum_number,
    s.part_number
