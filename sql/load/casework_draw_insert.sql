-- What: one draw
-- Why: grain: one district in one scoring; drawn once
-- Cost: one insert
INSERT INTO fact.audit_draw (
    model_run_id,
    snapshot_date,
    as_known_utc,
    district_code,
    seed,
    population_count,
    listed_count,
    drawn_count,
    inclusion_probability,
    drawn_utc
)
VALUES (
    @model_run_id,
    @snapshot_date,
    @score_known_utc,
    @district_code,
    @seed,
    @population_count,
    @listed_count,
    @drawn_count,
    @inclusion_probability,
    @drawn_utc
)
