-- What: one release of statistics
-- Why: grain: one release; rows are only ever added
-- Cost: one insert
INSERT INTO meta.statistics_release (
    release_id,
    released_utc,
    as_of_date,
    as_known_utc,
    profile_name,
    thresholds_text,
    figure_count,
    hidden_count,
    audited_count,
    secondary_cost,
    secondary_bound
)
VALUES (
    @release_id,
    @now_utc,
    @as_of_date,
    @as_known_utc,
    @profile_name,
    @thresholds_text,
    @figure_count,
    @hidden_count,
    @audited_count,
    @secondary_cost,
    @secondary_bound
)
