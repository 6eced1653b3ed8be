using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging;

namespace Warehouse.Sql;

/// <summary>Brings the schema of both databases forward, and says whether it is where this program needs it.</summary>
/// <remarks>
/// Forward only. Every script that ran stands in <c>meta.schema_journal</c> with the SHA-256 of its text; one whose text
/// has changed since stops everything, by name, before anything runs.
/// </remarks>
public static partial class Migrator
{
    /// <summary>The version of this program as the journal keeps it.</summary>
    internal static string ProgramVersion { get; } =
        typeof(Migrator).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Applies what is missing in both databases and returns the names of the migrations and views that ran.</summary>
    public static IReadOnlyList<string> Apply(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using IDisposable held = databases.Lock.Acquire("migrate", TimeSpan.FromMinutes(5));
        return Enum.GetValues<DatabaseKind>()
            .SelectMany(kind => Apply(databases, kind, MigrationScript.List(kind, databases.Engine)))
            .ToList();
    }

    /// <summary>Returns the scripts that <see cref="Apply(WarehouseDatabases)"/> would run now in one database, without those run every time.</summary>
    /// <remarks>Errors: <see cref="SchemaMismatchException"/> when an applied migration has changed.</remarks>
    public static IReadOnlyList<MigrationScript> Pending(WarehouseDatabases databases, DatabaseKind kind)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(kind, SessionRole.Migrator);
        return Pending(ReadJournal(session, kind), kind, MigrationScript.List(kind, databases.Engine)).ToList();
    }

    /// <summary>Throws unless the databases have the schema of this program: nothing pending, nothing changed, nothing too new.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="kinds">Those to look at; none means both. A service without a login for one of them names the other.</param>
    /// <remarks>Errors: <see cref="SchemaMismatchException"/> with every fault of every database looked at.</remarks>
    public static void Verify(WarehouseDatabases databases, params DatabaseKind[] kinds)
    {
        ArgumentNullException.ThrowIfNull(databases);
        List<string> faults = [];
        foreach (DatabaseKind kind in kinds.Length > 0 ? kinds : Enum.GetValues<DatabaseKind>())
        {
            using WarehouseSession session = databases.Open(kind, SessionRole.Migrator);
            faults.AddRange(SchemaRange.Faults(kind, ReadJournal(session, kind), MigrationScript.List(kind, databases.Engine)));
        }

        if (faults.Count > 0)
        {
            throw new SchemaMismatchException(string.Join(" ", faults));
        }
    }

    internal static IReadOnlyList<string> Apply(WarehouseDatabases databases, DatabaseKind kind, IReadOnlyList<MigrationScript> scripts)
    {
        using WarehouseSession session = databases.Open(kind, SessionRole.Migrator);
        WarnOfCollation(databases, session);
        IReadOnlyList<JournalEntry> journal = ReadJournal(session, kind);
        IReadOnlyList<MigrationScript> pending = Pending(journal, kind, scripts).ToList();
        if (journal.Count == 0)
        {
            session.Execute("Migrate/journal_create");
        }

        List<string> ran = [];
        foreach (MigrationScript script in scripts.Where(script => script.Kind == ScriptKind.Permission || pending.Contains(script)))
        {
            long started = Stopwatch.GetTimestamp();
            Run(session, kind, script, journal.Any(entry => entry.ScriptName == script.Name), databases.Clock);
            if (script.Kind != ScriptKind.Permission)
            {
                ran.Add(script.Name);
                LogApplied(databases.Logger, script.Name, kind, databases.Engine, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        return ran;
    }

    internal static IReadOnlyList<JournalEntry> ReadJournal(WarehouseSession session, DatabaseKind kind) =>
        session.QuerySingle<long>("Migrate/journal_exists") == 0
            ? []
            : session.Query<JournalEntry>("Migrate/journal_read", new { database_kind = kind.ToString() });

    private static IEnumerable<MigrationScript> Pending(IReadOnlyList<JournalEntry> journal, DatabaseKind kind, IReadOnlyList<MigrationScript> scripts)
    {
        Dictionary<string, JournalEntry> applied = journal.ToDictionary(entry => entry.ScriptName, StringComparer.Ordinal);
        List<MigrationScript> pending = [];
        foreach (MigrationScript script in scripts.Where(script => script.Kind != ScriptKind.Permission))
        {
            if (!applied.TryGetValue(script.Name, out JournalEntry? entry))
            {
                pending.Add(script);
            }
            else if (entry.ScriptSha256 != script.Sha256)
            {
                if (script.Kind == ScriptKind.Migration)
                {
                    throw new SchemaMismatchException(
                        $"The script sql/{script.Name} has changed since it was applied to the {kind} database "
                        + $"(applied {entry.ScriptSha256[..12]}…, now {script.Sha256[..12]}…); an applied script never changes. "
                        + "Restore its text and put the change into a new script with the next number. Nothing was run.");
                }

                pending.Add(script);
            }
        }

        return pending;
    }

    private static void Run(WarehouseSession session, DatabaseKind kind, MigrationScript script, bool isKnown, TimeProvider clock)
    {
        session.Begin();
        try
        {
            foreach (SqlBatch batch in SqlText.Split(script.Text, session.Engine))
            {
                RunBatch(session, kind, script, batch);
            }

            if (script.Kind != ScriptKind.Permission)
            {
                session.Execute(isKnown ? "Migrate/journal_update" : "Migrate/journal_insert", new
                {
                    database_kind = kind.ToString(),
                    script_name = script.Name,
                    script_kind = script.Kind.ToString(),
                    script_sha256 = script.Sha256,
                    compatible_release = script.Header("Compatible with release") ?? string.Empty,
                    program_version = ProgramVersion,
                    now_utc = clock.GetUtcNow().UtcDateTime,
                });
            }

            session.Commit();
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    private static void RunBatch(WarehouseSession session, DatabaseKind kind, MigrationScript script, SqlBatch batch)
    {
        try
        {
            // Migrations take no parameters; names with @ in them are variables of their own.
            session.Execute(new SqlScript(script.Name, script.Name, [batch with { Parameters = [] }]), null);
        }
        catch (WarehouseException failure) when (failure.InnerException is DbException cause)
        {
            int line = batch.Line + LineInBatch(cause) - 1;
            string text = batch.Text.Length <= 400 ? batch.Text : batch.Text[..400] + "…";
            string advice = script.Kind == ScriptKind.Migration ? "Scripts before it stay applied. " : string.Empty;
            throw new WarehouseException(
                $"The script sql/{script.Name} failed at line {line.ToString(CultureInfo.InvariantCulture)} on the {kind} database "
                + $"({session.Engine}); nothing of it was kept. {advice}Correct the cause and run the migration again. "
                + $"Cause: {SqlFault.Describe(cause)}\nText:\n{text}",
                cause);
        }
    }

    private static int LineInBatch(DbException cause)
    {
        if (cause is SqlException server)
        {
            return Math.Max(1, server.LineNumber);
        }

        Match line = DuckLine().Match(cause.Message);
        return cause is DuckDBException && line.Success ? int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
    }

    private static void WarnOfCollation(WarehouseDatabases databases, WarehouseSession session)
    {
        if (databases.Engine != Engine.SqlServer)
        {
            return;
        }

        string? collation = session.QuerySingleOrDefault<string?>("Migrate/collation");
        if (collation is null || !collation.EndsWith("_BIN2", StringComparison.OrdinalIgnoreCase))
        {
            LogCollation(databases.Logger, session.Kind, collation ?? "unknown");
        }
    }

    [GeneratedRegex(@"\bLINE (\d+):", RegexOptions.CultureInvariant)]
    private static partial Regex DuckLine();

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Script} to {Kind} on {Engine} in {Milliseconds} ms")]
    private static partial void LogApplied(ILogger logger, string script, DatabaseKind kind, Engine engine, long milliseconds);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {Kind} database has the collation {Collation}; expected one that ends with _BIN2, because other collations compare Japanese text differently from DuckDB. Create the database again with Japanese_XJIS_140_BIN2")]
    private static partial void LogCollation(ILogger logger, DatabaseKind kind, string collation);
}

/// <summary>A row of the journal.</summary>
internal sealed record JournalEntry(string ScriptName, string ScriptKind, string ScriptSha256, string CompatibleRelease);
