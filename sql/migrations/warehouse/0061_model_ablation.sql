-- What: what the held-out figures of a model run lose without each department's features
-- Why: features are approved by department; what a department's records add must be known when that is decided
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP the table; model cards then have no part about departments
-- Grain: one figure of one department of one model run; none where the run did not measure it.
-- metric_code: auc | average_precision | recall_at_capacity. low_value, high_value: 95 % interval of whole_value - without_value.
CREATE TABLE meta.model_ablation (
    model_run_id BIGINT NOT NULL,
    department NVARCHAR(60) NOT NULL,
    metric_code VARCHAR(40) NOT NULL,
    feature_count INTEGER NOT NULL,
    term_count INTEGER NOT NULL,
    whole_value DOUBLE PRECISION NOT NULL,
    without_value DOUBLE PRECISION NOT NULL,
    low_value DOUBLE PRECISION NULL,
    high_value DOUBLE PRECISION NULL,
    row_count BIGINT NOT NULL,
    positive_count BIGINT NOT NULL,
    CONSTRAINT pk_model_ablation PRIMARY KEY (model_run_id, department, metric_code)
)
GO
