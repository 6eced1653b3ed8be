-- What: the last draw of each scoring that was drawn in a period, by district
-- Why: a child drawn stands for the others of its district who were not
-- Cost: fact.audit_draw, a row a district and scoring
SELECT
    d.model_run_id AS model_run_id,
    d.snapshot_date AS snapshot_date,
    d.as_known_utc AS as_known_utc,
    d.district_code AS district_code,
    d.population_count AS population_count
FROM fact.audit_draw AS d
WHERE d.drawn_utc >= @from_utc
    AND d.drawn_utc < @until_utc
    AND d.as_known_utc = (
        SELECT MAX(l.as_known_utc)
        FROM fact.audit_draw AS l
        WHERE l.model_run_id = d.model_run_id
            AND l.snapshot_date = d.snapshot_date
            AND l.drawn_utc >= @from_utc
            AND l.drawn_utc < @until_utc
    )
ORDER BY
    d.snapshot_date,
    d.model_run_id,
    d.district_code
