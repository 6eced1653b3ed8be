-- Grain: one row per script that was applied to one kind of database.
SELECT
    script_name,
    script_kind,
    script_sha256,
    compatible_release
FROM meta.schema_journal
WHERE database_kind = @database_kind
ORDER BY script_name;
