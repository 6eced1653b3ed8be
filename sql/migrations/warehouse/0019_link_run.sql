-- What: runs that decide links again, with what they moved
-- Why: every change of a link leads back to the run and the rule that made it
-- Cost: two empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one run. status_code: running | succeeded | failed. Its decisions in ident.crosswalk are signed 'link-run <link_run_id>'.
CREATE TABLE meta.link_run (
    link_run_id BIGINT NOT NULL,
    status_code VARCHAR(12) NOT NULL,
    is_published SMALLINT NOT NULL,
    linker_version VARCHAR(40) NOT NULL,
    started_utc DATETIME2 NOT NULL,
    finished_utc DATETIME2 NULL,
    reviewed_count BIGINT NOT NULL,
    moved_count BIGINT NOT NULL,
    confirmed_count BIGINT NOT NULL,
    unmatched_count BIGINT NOT NULL,
    kept_count BIGINT NOT NULL,
    handed_over_count BIGINT NOT NULL,
    error_text NVARCHAR(1000) NULL,
    CONSTRAINT pk_link_run PRIMARY KEY (link_run_id)
)
GO
-- Grain: records of one run that went from one rule to another
CREATE TABLE meta.link_run_move (
    link_run_id BIGINT NOT NULL,
    from_rule_code VARCHAR(20) NOT NULL,
    to_rule_code VARCHAR(20) NOT NULL,
    record_count BIGINT NOT NULL,
    CONSTRAINT pk_link_run_move PRIMARY KEY (link_run_id, from_rule_code, to_rule_code)
)
GO
