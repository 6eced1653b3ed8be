-- Grain: one row per column of one table, in table order.
-- Names of INFORMATION_SCHEMA are in capitals, because a database with a _BIN2 collation tells the case apart,
-- and in quotes, because other servers that speak TDS fold what is not.
SELECT
    "COLUMN_NAME" AS column_name,
    "DATA_TYPE" AS data_type,
    CAST("NUMERIC_PRECISION" AS INTEGER) AS numeric_precision,
    CAST("NUMERIC_SCALE" AS INTEGER) AS numeric_scale,
    CAST(CASE WHEN "COLUMN_DEFAULT" IS NULL THEN 0 ELSE 1 END AS SMALLINT) AS has_default
FROM INFORMATION_SCHEMA.COLUMNS
WHERE "TABLE_SCHEMA" = @schema_name
  AND "TABLE_NAME" = @table_name
ORDER BY "ORDINAL_POSITION";
