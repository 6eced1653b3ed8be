-- What: the judgements of one member of staff in one scoring
-- Why: the worklist says what is done, and shows a band only where a first judgement is on record
-- Cost: a filter on fact.judgement
SELECT
    j.child_key AS child_key,
    j.stage_code AS stage_code,
    j.revision_number AS revision_number,
    j.decision_code AS decision_code
FROM fact.judgement AS j
WHERE j.staff_id = @staff_id
    AND j.model_run_id = @model_run_id
    AND j.snapshot_date = @snapshot_date
ORDER BY
    j.child_key,
    j.stage_code,
    j.revision_number
