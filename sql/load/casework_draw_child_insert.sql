-- What: one child drawn
-- Why: grain: one child in one scoring
-- Cost: one insert
INSERT INTO fact.audit_draw_child (
    model_run_id,
    snapshot_date,
    as_known_utc,
    child_key,
    district_code
)
VALUES (
    @model_run_id,
    @snapshot_date,
    @score_known_utc,
    @child_key,
    @district_code
)
