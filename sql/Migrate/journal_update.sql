-- Grain: one row per view script that was run again because its text changed.
UPDATE meta.schema_journal
SET script_sha256 = @script_sha256,
    program_version = @program_version,
    applied_at_utc = @now_utc
WHERE database_kind = @database_kind
  AND script_name = @script_name;
