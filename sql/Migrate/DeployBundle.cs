using System.Globalization;

namespace Warehouse.Sql;

/// <summary>Writes the schema of one SQL Server database as one file that a DBA reads and runs.</summary>
/// <remarks>
/// The file may be run again: each script looks into the journal first and is skipped when it is there; one that was
/// applied with another text stops the file. Each script is a transaction; after a failure nothing more is executed.
/// </remarks>
public static class DeployBundle
{
    /// <summary>Writes the file for one database.</summary>
    public static void Write(TextWriter writer, DatabaseKind kind)
    {
        ArgumentNullException.ThrowIfNull(writer);
        IReadOnlyList<MigrationScript> scripts = MigrationScript.List(kind, Engine.SqlServer);
        void Line(string text = "") => writer.Write(text + "\n");

        Line($"-- Schema of the {kind} database, program version {Migrator.ProgramVersion}, {scripts.Count} scripts.");
        Line("-- Run as the owner of the database, in a backed-up database, with: sqlcmd -b -I -d <database> -i <this file>");
        Line("-- Safe to run again: scripts in meta.schema_journal are skipped.");
        Line("SET NOCOUNT ON;");
        Line("SET XACT_ABORT ON;");
        Line("SET QUOTED_IDENTIFIER ON;");
        Line("SET ANSI_NULLS ON;");
        Line("GO");
        foreach (SqlBatch batch in SqlText.Load("Migrate/journal_create", Engine.SqlServer).Batches)
        {
            Line(batch.Text);
            Line("GO");
        }

        foreach (MigrationScript script in scripts)
        {
            Line();
            Line($"-- ===== sql/{script.Name} =====");
            foreach (string header in new[] { "What", "Why", "Cost", "Compatible with release", "Undo" })
            {
                if (script.Header(header) is { } value)
                {
                    Line($"-- {header}: {value}");
                }
            }

            WriteScript(Line, kind, script);
        }

        Line();
        Line("SET NOEXEC OFF;");
        Line("GO");
    }

    private static void WriteScript(Action<string> line, DatabaseKind kind, MigrationScript script)
    {
        string name = Literal(script.Name);
        string where = $"database_kind = {Literal(kind.ToString())} AND script_name = {name}";
        if (script.Kind == ScriptKind.Migration)
        {
            line($"IF EXISTS (SELECT 1 FROM meta.schema_journal WHERE {where} AND script_sha256 <> '{script.Sha256}')");
            line("BEGIN");
            line($"    RAISERROR ({Literal($"sql/{script.Name} was applied with another text; nothing more is run.")}, 16, 1);");
            line("    SET NOEXEC ON;");
            line("END;");
            line("GO");
        }

        string guard = script.Kind == ScriptKind.Permission
            ? "IF 1 = 1"
            : $"IF NOT EXISTS (SELECT 1 FROM meta.schema_journal WHERE {where} AND script_sha256 = '{script.Sha256}')";
        line(guard);
        line("BEGIN");
        line("    BEGIN TRY");
        line("        BEGIN TRANSACTION;");
        line($"        PRINT {Literal("applying sql/" + script.Name)};");
        foreach (SqlBatch batch in SqlText.Split(script.Text, Engine.SqlServer))
        {
            line($"        EXEC ({Literal(batch.Text)});");
        }

        if (script.Kind != ScriptKind.Permission)
        {
            line($"        DELETE FROM meta.schema_journal WHERE {where};");
            line("        INSERT INTO meta.schema_journal (database_kind, script_name, script_kind, script_sha256, compatible_release, program_version, applied_at_utc)");
            line(string.Create(
                CultureInfo.InvariantCulture,
                $"        VALUES ({Literal(kind.ToString())}, {name}, '{script.Kind}', '{script.Sha256}', {Literal(script.Header("Compatible with release") ?? string.Empty)}, {Literal(Migrator.ProgramVersion)}, SYSUTCDATETIME());"));
        }

        line("        COMMIT TRANSACTION;");
        line("    END TRY");
        line("    BEGIN CATCH");
        line("        IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;");
        line("        DECLARE @cause NVARCHAR(2000) = ERROR_MESSAGE();");
        line($"        RAISERROR (N'%s failed: %s Nothing of it was kept and nothing more is run.', 16, 1, {Literal("sql/" + script.Name)}, @cause);");
        line("        SET NOEXEC ON;");
        line("    END CATCH;");
        line("END;");
        line("GO");
    }

    private static string Literal(string text) => "N'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
