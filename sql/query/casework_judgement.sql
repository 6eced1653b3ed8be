-- What: the judgements of one member of staff about one child, in the order in which they were made
-- Why: the analysis is shown only after a first judgement in the same scoring
-- Cost: a key range of fact.judgement
SELECT
    j.judgement_id AS judgement_id,
    j.child_key AS child_key,
    j.snapshot_date AS snapshot_date,
    j.model_run_id AS model_run_id,
    j.staff_id AS staff_id,
    j.stage_code AS stage_code,
    j.revision_number AS revision_number,
    j.decision_code AS decision_code,
    j.reason_code AS reason_code,
    j.band_code AS band_code,
    j.spent_seconds AS spent_seconds,
    j.judged_utc AS judged_utc
FROM fact.judgement AS j
WHERE j.child_key = @child_key
    AND j.staff_id = @staff_id
ORDER BY
    j.judged_utc,
    j.stage_code DESC,
    j.revision_number
