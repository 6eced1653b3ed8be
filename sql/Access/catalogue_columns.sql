-- Grain: one row per column of every table, in table order. All at once: the view looks at the whole catalogue anyway, whatever table is asked for.
-- Names of INFORMATION_SCHEMA are in capitals, because a database with a _BIN2 collation tells the case apart,
-- and in quotes, because other servers that speak TDS fold what is not.
SELECT
    "TABLE_SCHEMA" AS table_schema,
    "TABLE_NAME" AS table_name,
    "COLUMN_NAME" AS column_name,
    "DATA_TYPE" AS data_type,
    CAST("NUMERIC_PRECISION" AS INTEGER) AS numeric_precision,
    CAST("NUMERIC_SCALE" AS INTEGER) AS numeric_scale,
    CAST(CASE WHEN "COLUMN_DEFAULT" IS NULL THEN 0 ELSE 1 END AS SMALLINT) AS has_default
FROM INFORMATION_SCHEMA.COLUMNS
ORDER BY "TABLE_SCHEMA", "TABLE_NAME", "ORDINAL_POSITION";
