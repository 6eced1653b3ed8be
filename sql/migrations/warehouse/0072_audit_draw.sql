-- What: random draws of children that the model did not list, who go onto the worklist unmarked
-- Why: how many children in need the list misses can be estimated only from children that it left out
-- Cost: two empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one draw of one district in one scoring. Everybody scored and not listed has the same probability within a district;
-- the children drawn are the first drawn_count of the population in the order of SHA-256(seed, '|', child_key).
CREATE TABLE fact.audit_draw (
    model_run_id BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    seed CHAR(64) NOT NULL,
    population_count BIGINT NOT NULL,
    listed_count BIGINT NOT NULL,
    drawn_count BIGINT NOT NULL,
    inclusion_probability DOUBLE PRECISION NOT NULL,
    drawn_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_audit_draw PRIMARY KEY (model_run_id, snapshot_date, as_known_utc, district_code)
)
GO
-- Grain: one child drawn
CREATE TABLE fact.audit_draw_child (
    model_run_id BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    child_key BIGINT NOT NULL,
    district_code VARCHAR(10) NOT NULL,
    CONSTRAINT pk_audit_draw_child PRIMARY KEY (model_run_id, snapshot_date, as_known_utc, child_key)
)
GO
