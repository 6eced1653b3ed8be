-- What: load, job and model runs
-- Why: every row leads back to the run that wrote it; only published runs are read
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- status_code: running | succeeded | failed. Readers filter on is_published = 1.
CREATE TABLE meta.load_run (
    load_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    feed VARCHAR(40) NOT NULL,
    file_sha256 CHAR(64) NOT NULL,
    part_number INTEGER NOT NULL,
    status_code VARCHAR(12) NOT NULL,
    is_published SMALLINT NOT NULL,
    is_backfill SMALLINT NOT NULL,
    started_utc DATETIME2 NOT NULL,
    finished_utc DATETIME2 NULL,
    extracted_utc DATETIME2 NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    period_from DATE NOT NULL,
    period_to DATE NOT NULL,
    read_count BIGINT NOT NULL,
    staged_count BIGINT NOT NULL,
    rejected_count BIGINT NOT NULL,
    superseded_count BIGINT NOT NULL,
    repaired_count BIGINT NOT NULL,
    error_code VARCHAR(20) NULL,
    error_text NVARCHAR(1000) NULL,
    CONSTRAINT pk_load_run PRIMARY KEY (load_id)
)
GO
CREATE TABLE meta.job_run (
    job_run_id BIGINT NOT NULL,
    job_name VARCHAR(40) NOT NULL,
    trigger_code VARCHAR(20) NOT NULL,
    scheduled_utc DATETIME2 NULL,
    started_utc DATETIME2 NOT NULL,
    finished_utc DATETIME2 NULL,
    status_code VARCHAR(12) NOT NULL,
    summary_text NVARCHAR(1000) NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (job_run_id)
)
GO
CREATE TABLE meta.model_run (
    model_run_id BIGINT NOT NULL,
    status_code VARCHAR(12) NOT NULL,
    is_current SMALLINT NOT NULL,
    started_utc DATETIME2 NOT NULL,
    finished_utc DATETIME2 NULL,
    as_known_utc DATETIME2 NOT NULL,
    seed BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    positive_count BIGINT NOT NULL,
    rule_count INTEGER NOT NULL,
    verified_count INTEGER NOT NULL,
    auc DOUBLE PRECISION NULL,
    auc_low DOUBLE PRECISION NULL,
    auc_high DOUBLE PRECISION NULL,
    feature_sha256 CHAR(64) NOT NULL,
    data_sha256 CHAR(64) NOT NULL,
    model_sha256 CHAR(64) NOT NULL,
    error_text NVARCHAR(1000) NULL,
    CONSTRAINT pk_model_run PRIMARY KEY (model_run_id)
)
GO
-- Every metric of a model run with its interval; group_code 'all' is the whole evaluation set.
CREATE TABLE meta.model_metric (
    model_run_id BIGINT NOT NULL,
    metric_code VARCHAR(40) NOT NULL,
    group_code VARCHAR(60) NOT NULL,
    metric_value DOUBLE PRECISION NOT NULL,
    low_value DOUBLE PRECISION NULL,
    high_value DOUBLE PRECISION NULL,
    row_count BIGINT NOT NULL,
    positive_count BIGINT NOT NULL,
    CONSTRAINT pk_model_metric PRIMARY KEY (model_run_id, metric_code, group_code)
)
GO
-- The model document, in parts of at most 4,000 characters: the artefact that scored is kept with the scores.
CREATE TABLE meta.model_part (
    model_run_id BIGINT NOT NULL,
    part_number INTEGER NOT NULL,
    document_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_model_part PRIMARY KEY (model_run_id, part_number)
)
GO
