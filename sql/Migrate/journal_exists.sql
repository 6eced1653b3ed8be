-- Grain: one row; whether the journal is there.
SELECT CAST(COUNT(*) AS BIGINT) AS table_count
FROM INFORMATION_SCHEMA.TABLES
WHERE "TABLE_SCHEMA" = 'meta'
  AND "TABLE_NAME" = 'schema_journal';
