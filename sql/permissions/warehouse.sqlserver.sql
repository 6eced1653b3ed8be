-- What: a database role for each kind of session on the warehouse database, and its rights
-- Why: what the access layer refuses by type on DuckDB, SQL Server refuses by grant
-- Cost: none; run every time, safe to repeat
-- Members are added by a DBA: ALTER ROLE wh_model ADD MEMBER <login's user>. The migrator is a member of db_ddladmin.
IF DATABASE_PRINCIPAL_ID(N'wh_etl') IS NULL CREATE ROLE wh_etl;
GO
IF DATABASE_PRINCIPAL_ID(N'wh_model') IS NULL CREATE ROLE wh_model;
GO
IF DATABASE_PRINCIPAL_ID(N'wh_reporting') IS NULL CREATE ROLE wh_reporting;
GO
IF DATABASE_PRINCIPAL_ID(N'wh_auditor') IS NULL CREATE ROLE wh_auditor;
GO
IF DATABASE_PRINCIPAL_ID(N'wh_restricted') IS NULL CREATE ROLE wh_restricted;
GO
-- The restricted class: consultations about violence, for contact safety only. A DBA names the members; no service is one.
GRANT SELECT ON SCHEMA::restricted TO wh_restricted;
GO
-- Every service checks the schema when it starts.
GRANT SELECT ON SCHEMA::meta TO wh_etl, wh_model, wh_reporting, wh_auditor;
GO
-- Loads write staging, the star schema and their runs; they never see the access log.
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::stg TO wh_etl;
GO
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dim TO wh_etl;
GO
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::fact TO wh_etl;
GO
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::restricted TO wh_etl;
GO
GRANT INSERT, UPDATE ON meta.load_run TO wh_etl;
GO
GRANT INSERT, DELETE ON meta.row_count TO wh_etl;
GO
GRANT INSERT ON meta.repeated_file TO wh_etl;
GO
GRANT INSERT, UPDATE ON meta.link_run TO wh_etl;
GO
GRANT INSERT ON meta.link_run_move TO wh_etl;
GO
GRANT INSERT, DELETE ON meta.load_mapping TO wh_etl;
GO
GRANT INSERT ON meta.mapping_document TO wh_etl;
GO
GRANT INSERT, UPDATE ON meta.job_run TO wh_etl, wh_model, wh_reporting;
GO
-- The model reads the star schema and writes only what it made.
GRANT SELECT ON SCHEMA::dim TO wh_model;
GO
GRANT SELECT ON SCHEMA::fact TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON dim.mined_rule TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON dim.feature TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON fact.risk_score TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON fact.score_reason TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON meta.model_run TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON meta.model_metric TO wh_model;
GO
GRANT INSERT, UPDATE, DELETE ON meta.model_part TO wh_model;
GO
GRANT INSERT, UPDATE ON meta.model_mark TO wh_model;
GO
GRANT INSERT ON meta.model_reference TO wh_model;
GO
GRANT INSERT ON meta.model_ablation TO wh_model;
GO
GRANT INSERT, DELETE ON meta.model_drift TO wh_model;
GO
GRANT INSERT, DELETE ON meta.model_outcome TO wh_model;
GO
GRANT INSERT ON meta.model_promotion TO wh_model;
GO
-- Reporting reads, and appends to the access log. Tables that hold people's own judgements get their grant with the table.
GRANT SELECT ON SCHEMA::dim TO wh_reporting;
GO
GRANT SELECT ON SCHEMA::fact TO wh_reporting;
GO
GRANT SELECT, INSERT ON SCHEMA::audit TO wh_reporting;
GO
-- The register of releases is only ever added to.
GRANT INSERT ON meta.statistics_release TO wh_reporting;
GO
GRANT INSERT ON fact.release_cell TO wh_reporting;
GO
GRANT INSERT ON fact.release_sum TO wh_reporting;
GO
GRANT INSERT ON meta.release_event TO wh_reporting;
GO
GRANT INSERT ON meta.release_approval TO wh_reporting;
GO
GRANT INSERT ON meta.release_basis TO wh_reporting;
GO
GRANT INSERT ON meta.release_part TO wh_reporting;
GO
-- So are plans, runs and approvals of evaluations.
GRANT INSERT ON meta.evaluation_plan TO wh_reporting;
GO
GRANT INSERT ON meta.evaluation_run TO wh_reporting;
GO
GRANT INSERT ON meta.evaluation_part TO wh_reporting;
GO
GRANT INSERT ON meta.evaluation_approval TO wh_reporting;
GO
-- Caseworkers' own judgements and contacts, and the draws of unlisted children: added and read, never changed, by nobody.
GRANT INSERT ON fact.judgement TO wh_reporting;
GO
GRANT INSERT ON fact.contact TO wh_reporting;
GO
GRANT INSERT ON fact.audit_draw TO wh_reporting;
GO
GRANT INSERT ON fact.audit_draw_child TO wh_reporting;
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON fact.judgement TO wh_etl, wh_model, wh_reporting, wh_auditor');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON fact.contact TO wh_etl, wh_model, wh_reporting, wh_auditor');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON fact.audit_draw TO wh_etl, wh_model, wh_reporting, wh_auditor');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON fact.audit_draw_child TO wh_etl, wh_model, wh_reporting, wh_auditor');
GO
-- The auditor reads the trail, not the facts.
GRANT SELECT ON SCHEMA::audit TO wh_auditor;
GO
-- The log is append-only for everybody who is not its owner. Servers that speak TDS without DENY pass by the guard.
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON SCHEMA::audit TO wh_etl, wh_model, wh_reporting, wh_auditor');
GO
