-- Grain: one table of this database
-- Names of INFORMATION_SCHEMA are in capitals and in quotes, as in catalogue_columns.
SELECT
    "TABLE_SCHEMA" AS schema_name,
    "TABLE_NAME" AS table_name
FROM INFORMATION_SCHEMA.TABLES
WHERE "TABLE_TYPE" = 'BASE TABLE';
