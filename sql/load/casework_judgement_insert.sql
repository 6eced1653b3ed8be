-- What: one judgement
-- Why: grain: one judgement of one member of staff about one child in one scoring; rows are only ever added
-- Cost: one insert
INSERT INTO fact.judgement (
    judgement_id,
    child_key,
    snapshot_date,
    model_run_id,
    staff_id,
    stage_code,
    revision_number,
    decision_code,
    reason_code,
    band_code,
    is_band_shown,
    spent_seconds,
    judged_utc
)
VALUES (
    @judgement_id,
    @child_key,
    @snapshot_date,
    @model_run_id,
    @staff_id,
    @stage_code,
    @revision_number,
    @decision_code,
    @reason_code,
    @band_code,
    @is_band_shown,
    @spent_seconds,
    @judged_utc
)
