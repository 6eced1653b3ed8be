-- Grain: one model feature.
-- What: brings a feature of the catalogue into dim.feature; what the catalogue does not approve is never approved
-- Why: reports name features and departments from here; a steward may withdraw an approval here
-- Cost: one row
-- Undo: DELETE FROM dim.feature WHERE feature_key = the key
UPDATE dim.feature
SET feature_name = @feature_name,
    japanese_name = @japanese_name,
    unit = @unit,
    feed = @feed,
    department = @department,
    value_kind = @value_kind,
    is_help_seeking = @is_help_seeking,
    is_approved = CASE WHEN @is_approved = 0 THEN 0 ELSE is_approved END
WHERE feature_key = @feature_key
GO
INSERT INTO dim.feature (
    feature_key, feature_name, japanese_name, unit, feed, department, value_kind, is_help_seeking, is_approved)
SELECT
    n.feature_key, n.feature_name, n.japanese_name, n.unit, n.feed, n.department, n.value_kind, n.is_help_seeking, n.is_approved
FROM (
    SELECT
        @feature_key AS feature_key,
        @feature_name AS feature_name,
        @japanese_name AS japanese_name,
        @unit AS unit,
        @feed AS feed,
        @department AS department,
        @value_kind AS value_kind,
        @is_help_seeking AS is_help_seeking,
        @is_approved AS is_approved) AS n
WHERE NOT EXISTS (SELECT f.feature_key FROM dim.feature AS f WHERE f.feature_key = @feature_key)
