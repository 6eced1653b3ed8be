-- What: the draws of one scoring by district
-- Why: a draw is made once; its probability is what recall is estimated with
-- Cost: a key range
SELECT
    d.district_code AS district_code,
    d.seed AS seed,
    d.population_count AS population_count,
    d.listed_count AS listed_count,
    d.drawn_count AS drawn_count,
    d.inclusion_probability AS inclusion_probability
FROM fact.audit_draw AS d
WHERE d.model_run_id = @model_run_id
    AND d.snapshot_date = @snapshot_date
    AND d.as_known_utc = @score_known_utc
ORDER BY
    d.district_code
