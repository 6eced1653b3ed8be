namespace Warehouse.Sql;

/// <summary>The schemas that this release can work with.</summary>
/// <remarks>
/// At least every migration it brings; beyond them, only scripts of later releases whose header says that they are
/// compatible with this one, so that a schema can go forward before the programs do.
/// </remarks>
public static class SchemaRange
{
    /// <summary>Throws when a database is outside the range; reads only.</summary>
    /// <remarks>Errors: <see cref="SchemaMismatchException"/>, exit code 4.</remarks>
    public static void Check(WarehouseDatabases databases, params DatabaseKind[] kinds) => Migrator.Verify(databases, kinds);

    /// <summary>Returns the highest migration number that this program brings for a database.</summary>
    public static int Highest(DatabaseKind kind, Engine engine) => MigrationScript.List(kind, engine).Max(script => script.Number);

    internal static IEnumerable<string> Faults(DatabaseKind kind, IReadOnlyList<JournalEntry> journal, IReadOnlyList<MigrationScript> scripts)
    {
        Dictionary<string, JournalEntry> applied = journal.ToDictionary(entry => entry.ScriptName, StringComparer.Ordinal);
        List<MigrationScript> migrations = scripts.Where(script => script.Kind == ScriptKind.Migration).ToList();
        List<string> missing = scripts
            .Where(script => script.Kind != ScriptKind.Permission && !applied.ContainsKey(script.Name)).Select(script => script.Name).ToList();
        if (missing.Count > 0)
        {
            yield return $"The {kind} database lacks {missing.Count} scripts from sql/{missing[0]} on; expected all up to sql/{missing[^1]}. "
                + "Run 'warehouse migrate', or have a DBA run the file of 'warehouse migrate --script deploy.sql'.";
        }

        foreach (MigrationScript script in scripts)
        {
            if (applied.TryGetValue(script.Name, out JournalEntry? entry) && entry.ScriptSha256 != script.Sha256)
            {
                yield return script.Kind == ScriptKind.View
                    ? $"The view sql/{script.Name} in the {kind} database is of another text than this program's; run 'warehouse migrate'."
                    : $"The script sql/{script.Name} differs from what was applied to the {kind} database; restore its text.";
            }
        }

        HashSet<string> known = scripts.Select(script => script.Name).ToHashSet(StringComparer.Ordinal);
        foreach (JournalEntry entry in journal.Where(entry => entry.ScriptKind == nameof(ScriptKind.Migration) && !known.Contains(entry.ScriptName)))
        {
            if (!IsCompatible(entry.CompatibleRelease))
            {
                yield return $"The {kind} database has the script sql/{entry.ScriptName}, which this program ({Migrator.ProgramVersion}) does not know and "
                    + $"which needs release '{entry.CompatibleRelease}' or later; the highest known is {migrations.Select(script => script.Number).DefaultIfEmpty().Max():0000}. "
                    + "Install that release, or restore the pair of databases from before.";
            }
        }
    }

    private static bool IsCompatible(string release) =>
        Version.TryParse(release, out Version? needed)
        && Version.TryParse(Migrator.ProgramVersion.Split('-')[0], out Version? own)
        && needed <= own;
}
