-- What: pass marks of a model run, what its features looked like in training, drift at each scoring, outcomes by month
-- Why: a model is used only when it passes what was set before it was trained, and watched while it is used
-- Cost: five empty tables, one nullable column
-- Compatible with release: 0.1
-- Undo: DROP the tables and the column named here
-- verdict_code: accepted | refused | promoted (refused, but put to use by a person who gave a reason). Null in runs from before.
ALTER TABLE meta.model_run ADD verdict_code VARCHAR(12) NULL
GO
-- Grain: one pass mark of one model run; written before the run trains, measured when it ends.
-- direction_code: at_least | at_most. status_code: set | passed | failed | not_measured
CREATE TABLE meta.model_mark (
    model_run_id BIGINT NOT NULL,
    mark_code VARCHAR(40) NOT NULL,
    direction_code VARCHAR(12) NOT NULL,
    required_value DOUBLE PRECISION NOT NULL,
    set_utc DATETIME2 NOT NULL,
    measured_value DOUBLE PRECISION NULL,
    status_code VARCHAR(12) NOT NULL,
    detail_text NVARCHAR(1000) NULL,
    CONSTRAINT pk_model_mark PRIMARY KEY (model_run_id, mark_code)
)
GO
-- Grain: one bin of one feature among the rows that a model run learned from; bin 0 is what was not recorded.
-- upper_value: the bin holds numbers up to it, the last has none. category_text: the value of a category; the rest shares a bin without one.
CREATE TABLE meta.model_reference (
    model_run_id BIGINT NOT NULL,
    feature_name VARCHAR(60) NOT NULL,
    bin_number INTEGER NOT NULL,
    upper_value DOUBLE PRECISION NULL,
    category_text NVARCHAR(200) NULL,
    row_count BIGINT NOT NULL,
    child_count BIGINT NOT NULL,
    CONSTRAINT pk_model_reference PRIMARY KEY (model_run_id, feature_name, bin_number)
)
GO
-- Grain: one feature (or the score) at one scoring.
-- status_code: stable | watch | drift
CREATE TABLE meta.model_drift (
    model_run_id BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    feature_name VARCHAR(60) NOT NULL,
    psi_value DOUBLE PRECISION NOT NULL,
    noise_value DOUBLE PRECISION NOT NULL,
    missing_share_before DOUBLE PRECISION NOT NULL,
    missing_share_now DOUBLE PRECISION NOT NULL,
    row_count BIGINT NOT NULL,
    status_code VARCHAR(12) NOT NULL,
    CONSTRAINT pk_model_drift PRIMARY KEY (model_run_id, snapshot_date, as_known_utc, feature_name)
)
GO
-- Grain: one month after scorings of one model: decisions expected and made among the children scored, and the two running sums.
CREATE TABLE meta.model_outcome (
    model_run_id BIGINT NOT NULL,
    month_key INTEGER NOT NULL,
    child_count BIGINT NOT NULL,
    expected_count DOUBLE PRECISION NOT NULL,
    observed_count BIGINT NOT NULL,
    high_sum DOUBLE PRECISION NOT NULL,
    low_sum DOUBLE PRECISION NOT NULL,
    high_limit DOUBLE PRECISION NOT NULL,
    low_limit DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_model_outcome PRIMARY KEY (model_run_id, month_key)
)
GO
-- Grain: one decision of a person about which model is used; rows are only added.
CREATE TABLE meta.model_promotion (
    promotion_id BIGINT NOT NULL,
    model_run_id BIGINT NOT NULL,
    decided_utc DATETIME2 NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    reason_text NVARCHAR(1000) NOT NULL,
    CONSTRAINT pk_model_promotion PRIMARY KEY (promotion_id)
)
GO
