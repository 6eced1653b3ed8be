-- Grain: one row per script; the caller has seen that it is not there.
INSERT INTO meta.schema_journal (
    database_kind, script_name, script_kind, script_sha256, compatible_release, program_version, applied_at_utc
)
VALUES (
    @database_kind, @script_name, @script_kind, @script_sha256, @compatible_release, @program_version, @now_utc
);
