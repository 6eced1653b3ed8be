-- What: the children whom one scoring's draw chose, with the district that they were drawn in
-- Why: recall is estimated from them
-- Cost: a key range
SELECT
    d.child_key AS child_key,
    d.district_code AS district_code
FROM fact.audit_draw_child AS d
WHERE d.model_run_id = @model_run_id
    AND d.snapshot_date = @snapshot_date
    AND d.as_known_utc = @score_known_utc
ORDER BY
    d.child_key
