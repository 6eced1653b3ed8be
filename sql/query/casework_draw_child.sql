-- What: the children drawn in one scoring
-- Why: they stand on the worklist like those that the model listed
-- Cost: a key range
SELECT
    d.child_key AS child_key
FROM fact.audit_draw_child AS d
WHERE d.model_run_id = @model_run_id
    AND d.snapshot_date = @snapshot_date
    AND d.as_known_utc = @score_known_utc
ORDER BY
    d.child_key
