-- What: a database role for each kind of session on the identity database, and its rights
-- Why: names and words are for the linkage and, one child at a time, for a caseworker; for nobody else
-- Cost: none; run every time, safe to repeat
-- Members are added by a DBA: ALTER ROLE id_caseworker ADD MEMBER <login's user>. The migrator is a member of db_ddladmin.
IF DATABASE_PRINCIPAL_ID(N'id_etl') IS NULL CREATE ROLE id_etl;
GO
IF DATABASE_PRINCIPAL_ID(N'id_caseworker') IS NULL CREATE ROLE id_caseworker;
GO
GRANT SELECT ON SCHEMA::meta TO id_etl, id_caseworker;
GO
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::ident TO id_etl;
GO
-- A caseworker's session reads what a brief shows and nothing of the records behind it.
GRANT SELECT ON ident.person TO id_caseworker;
GO
GRANT SELECT ON ident.person_profile TO id_caseworker;
GO
GRANT SELECT ON ident.restriction TO id_caseworker;
GO
-- A trace names the file that a value came from.
GRANT SELECT ON ident.received_file TO id_caseworker;
GO
GRANT SELECT, INSERT, UPDATE ON SCHEMA::casework TO id_caseworker;
GO
-- An account, a second factor and a brief are taken away before they are written again.
GRANT DELETE ON casework.staff_account TO id_caseworker;
GO
GRANT DELETE ON casework.staff_factor TO id_caseworker;
GO
GRANT DELETE ON casework.staff_recovery TO id_caseworker;
GO
GRANT DELETE ON casework.brief TO id_caseworker;
GO
GRANT DELETE ON casework.brief_part TO id_caseworker;
GO
GRANT DELETE ON casework.unfinished_entry TO id_caseworker;
GO
-- What was written in words about a judgement or a contact stays as it was written.
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON casework.note TO id_caseworker');
GO
-- What a conference decided and what was said there stays as it was written.
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON casework.conference_decision TO id_caseworker');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON casework.conference_task TO id_caseworker');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON casework.conference_minute TO id_caseworker');
GO
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY UPDATE, DELETE ON casework.conference_item_change TO id_caseworker');
GO
-- The linkage has no business with what is written in words.
IF SERVERPROPERTY(N'Babelfish') IS NULL
    EXEC (N'DENY SELECT, INSERT, UPDATE, DELETE ON SCHEMA::casework TO id_etl');
GO
