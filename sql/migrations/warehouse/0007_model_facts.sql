-- What: scores, reasons and the feature values behind them
-- Why: a score or brief can be rebuilt as known then
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one child at one snapshot by one model run; probability and log-odds are NULL where withheld (thin file, open case)
CREATE TABLE fact.risk_score (
    model_run_id BIGINT NOT NULL,
    child_key BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    scored_utc DATETIME2 NOT NULL,
    log_odds DOUBLE PRECISION NULL,
    probability DOUBLE PRECISION NULL,
    band_code VARCHAR(12) NOT NULL,
    list_rank INTEGER NULL,
    is_withheld SMALLINT NOT NULL,
    withheld_code VARCHAR(20) NOT NULL,
    source_count SMALLINT NOT NULL,
    similar_count BIGINT NULL,
    similar_positive_count BIGINT NULL
)
GO
-- Grain: one reason of one score; side_code: for | against | unknown. rule_key 0 with a feature_key for what is unknown
CREATE TABLE fact.score_reason (
    model_run_id BIGINT NOT NULL,
    child_key BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    side_code VARCHAR(10) NOT NULL,
    reason_rank INTEGER NOT NULL,
    rule_key BIGINT NOT NULL,
    feature_key INTEGER NOT NULL,
    weight DOUBLE PRECISION NOT NULL
)
GO
