-- What: registered plans of evaluations, their runs and what was approved for readers
-- Why: what is asked and how it is answered is on record before the judgements are looked at; a changed plan shows
-- Cost: four empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one plan as it was registered; rows are only ever added. judgement_count: judgements of the plan's period on record at that moment; 0 where the plan came first.
CREATE TABLE meta.evaluation_plan (
    plan_sha256 CHAR(64) NOT NULL,
    plan_name VARCHAR(60) NOT NULL,
    plan_version INTEGER NOT NULL,
    from_date DATE NOT NULL,
    to_date DATE NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    registered_utc DATETIME2 NOT NULL,
    judgement_count BIGINT NOT NULL,
    plan_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_evaluation_plan PRIMARY KEY (plan_sha256),
    CONSTRAINT uq_evaluation_plan_version UNIQUE (plan_name, plan_version)
)
GO
-- Grain: one run of one plan; rows are only ever added. status_code: registered | late | changed | unregistered
CREATE TABLE meta.evaluation_run (
    evaluation_id BIGINT NOT NULL,
    plan_sha256 CHAR(64) NOT NULL,
    plan_name VARCHAR(60) NOT NULL,
    status_code VARCHAR(12) NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    run_utc DATETIME2 NOT NULL,
    document_sha256 CHAR(64) NOT NULL,
    CONSTRAINT pk_evaluation_run PRIMARY KEY (evaluation_id),
    CONSTRAINT ck_evaluation_run_status CHECK (status_code IN ('registered', 'late', 'changed', 'unregistered'))
)
GO
-- Grain: one part of the document of one run, of at most 4,000 characters. Hidden figures are not in it.
CREATE TABLE meta.evaluation_part (
    evaluation_id BIGINT NOT NULL,
    part_number INTEGER NOT NULL,
    document_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_evaluation_part PRIMARY KEY (evaluation_id, part_number)
)
GO
-- Grain: one run that a person approved for readers.
CREATE TABLE meta.evaluation_approval (
    evaluation_id BIGINT NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    approved_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_evaluation_approval PRIMARY KEY (evaluation_id)
)
GO
