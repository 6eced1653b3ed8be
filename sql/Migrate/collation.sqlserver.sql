-- Grain: one row; how the database compares text.
SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS NVARCHAR(128)) AS collation_name;
GO
