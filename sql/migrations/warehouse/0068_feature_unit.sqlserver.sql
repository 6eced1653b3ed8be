-- What: the unit of a feature becomes Unicode text
-- Why: units are Japanese words; a column of single bytes loses them where the code page is not Japanese. DuckDB keeps any text
-- Cost: one row per feature is written twice. Not ALTER COLUMN … NOT NULL, because not every server that speaks TDS takes it.
-- Compatible with release: 0.1
-- Undo: the same with VARCHAR(20)
SELECT feature_key, feature_name, japanese_name, unit, feed, department, value_kind, is_help_seeking, is_approved
INTO dim.feature_kept
FROM dim.feature
GO
DROP TABLE dim.feature
GO
-- Grain: one feature of the model's catalogue
CREATE TABLE dim.feature (
    feature_key INTEGER NOT NULL,
    feature_name VARCHAR(60) NOT NULL,
    japanese_name NVARCHAR(120) NOT NULL,
    unit NVARCHAR(20) NOT NULL,
    feed VARCHAR(40) NOT NULL,
    department NVARCHAR(40) NOT NULL,
    value_kind VARCHAR(12) NOT NULL,
    is_help_seeking SMALLINT NOT NULL,
    is_approved SMALLINT NOT NULL,
    CONSTRAINT pk_feature PRIMARY KEY (feature_key)
)
GO
INSERT INTO dim.feature (feature_key, feature_name, japanese_name, unit, feed, department, value_kind, is_help_seeking, is_approved)
SELECT k.feature_key, k.feature_name, k.japanese_name, k.unit, k.feed, k.department, k.value_kind, k.is_help_seeking, k.is_approved
FROM dim.feature_kept AS k
GO
DROP TABLE dim.feature_kept
GO
