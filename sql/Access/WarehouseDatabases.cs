using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Warehouse.Sql;

/// <summary>Opens sessions to the identity and the warehouse database.</summary>
/// <remarks>
/// DuckDB: a file belongs to the process that opened it; this object holds one connection per database open until it is
/// disposed, so that sessions share one database instance and databases in memory live as long as this object.
/// Thread-safe; the sessions it returns are not.
/// </remarks>
public sealed partial class WarehouseDatabases : IAsyncDisposable, IDisposable
{
    private const string Memory = ":memory:";

    private readonly WarehouseOptions _options;
    private readonly ILogger _logger;
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<DatabaseKind, DuckDBConnection> _roots = [];
    private readonly string _privateName = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private bool _disposed;

    /// <summary>Checks the options; opens nothing yet.</summary>
    public WarehouseDatabases(WarehouseOptions options, ILogger? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        Clock = timeProvider ?? TimeProvider.System;
        Lock = new WarehouseLock(this);
    }

    /// <summary>The engine of both databases.</summary>
    public Engine Engine => _options.Engine;

    /// <summary>The lock that lets one job at a time write the warehouse.</summary>
    public WarehouseLock Lock { get; }

    /// <summary>The options that these databases were opened with.</summary>
    public WarehouseOptions Options => _options;

    internal TimeProvider Clock { get; }

    internal ILogger Logger => _logger;

    /// <summary>Opens a session on one database for one role.</summary>
    /// <remarks>Errors: <see cref="WarehouseException"/> when the role may not open this database; <see cref="LockHeldException"/> when another process holds the DuckDB file.</remarks>
    public WarehouseSession Open(DatabaseKind kind, SessionRole role)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SessionRights.Check(kind, role);
        return new WarehouseSession(kind, role, _options, OpenConnection(kind, role));
    }

    /// <summary>Closes the connections that keep the databases open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (DuckDBConnection root in _roots.Values)
            {
                root.Dispose();
            }

            _roots.Clear();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Returns a name of the warehouse database that is the same for every process-wide user of it; the key of in-process locks.</summary>
    internal string LockScope => Engine == Engine.DuckDb ? DuckDbSource(DatabaseKind.Warehouse) : _options.ConnectionString;

    /// <summary>DuckDB: lets a database keep no more than a share, over 0 and up to 1, of its usual memory from now on. SQL Server sees to its own memory.</summary>
    /// <remarks>
    /// For long work that reads nothing twice: written pages would be kept up to the limit for nobody. A share that what is in use does not fit into changes nothing.
    /// </remarks>
    public void UseMemory(DatabaseKind kind, double share)
    {
        if (Engine != Engine.DuckDb)
        {
            return;
        }

        try
        {
            Set(OpenRoot(kind), MemoryStatement(kind, share));
        }
        catch (DuckDBException cause) when (share < 1)
        {
            LogNotShrunk(_logger, kind, cause.Message);
        }
    }

    internal DbConnection OpenConnection(DatabaseKind kind, SessionRole role)
    {
        if (Engine == Engine.DuckDb)
        {
            DuckDBConnection root = OpenRoot(kind);
            string source = DuckDbSource(kind);
            return InMemory(source) ? Prepared(root.Duplicate()) : OpenDuckDb(source);
        }

        SqlConnection connection = new(SqlServerConnectionString(kind, role))
        {
            // Opening is repeated when the server is away for a moment; statements are not, the caller's transaction decides.
            RetryLogicProvider = SqlConfigurableRetryFactory.CreateExponentialRetryProvider(new SqlRetryLogicOption
            {
                NumberOfTries = 5,
                DeltaTime = TimeSpan.FromSeconds(1),
                MaxTimeInterval = TimeSpan.FromSeconds(20),
            }),
        };
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception cause) when (cause is SqlException or AggregateException)
        {
            string server = connection.DataSource;
            string database = connection.Database;
            connection.Dispose();
            throw new WarehouseException(
                $"The {kind} database '{database}' on '{server}' could not be opened as {role}. "
                + "Check that the server answers, that the database exists and that the login of this role may connect.",
                cause);
        }
    }

    private string SqlServerConnectionString(DatabaseKind kind, SessionRole role) =>
        _options.RoleConnectionStrings.TryGetValue((kind, role), out string? own)
            ? own
            : kind == DatabaseKind.Identity ? _options.IdentityConnectionString : _options.ConnectionString;

    private string DuckDbSource(DatabaseKind kind)
    {
        DbConnectionStringBuilder builder = new()
        {
            ConnectionString = kind == DatabaseKind.Identity ? _options.IdentityConnectionString : _options.ConnectionString,
        };
        if (!(builder.TryGetValue("Data Source", out object? value) || builder.TryGetValue("DataSource", out value)) || value is not string source)
        {
            throw new WarehouseException(
                $"The connection string of the {kind} database names no file; expected the form 'Data Source=path'. Correct it in the configuration.");
        }

        // The name is a key of in-process locks; the engine takes anything but plain :memory: as the name of a file.
        return InMemory(source)
            ? string.Create(CultureInfo.InvariantCulture, $"{Memory}{kind.ToString().ToLowerInvariant()}_{_privateName}")
            : Path.GetFullPath(source);
    }

    private static bool InMemory(string source) => source.StartsWith(Memory, StringComparison.Ordinal);

    private DuckDBConnection OpenRoot(DatabaseKind kind)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_roots.TryGetValue(kind, out DuckDBConnection? open))
            {
                return open;
            }

            string source = DuckDbSource(kind);
            bool isNew = !InMemory(source) && !File.Exists(source);
            if (isNew)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(source)!);
            }

            DuckDBConnection root = OpenWaiting(kind, source);
            try
            {
                Set(root, MemoryStatement(kind, 1));
                // Scripts sort where order matters; keeping the order of insertion costs memory on large loads.
                Set(root, "SET preserve_insertion_order = false");
                // Nothing is fetched from the network at run time.
                Set(root, "SET autoinstall_known_extensions = false");
                if (_options.Threads is { } threads)
                {
                    Set(root, string.Create(CultureInfo.InvariantCulture, $"SET threads = {threads}"));
                }

                if (isNew && !OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(source, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }
            }
            catch
            {
                root.Dispose();
                throw;
            }

            _roots.Add(kind, root);
            LogOpened(_logger, Engine, kind);
            return root;
        }
    }

    // The identity database is the smaller one. A share of the machine's memory, such as 80%, is divided like an amount; what is neither is left to the engine to refuse.
    private string MemoryStatement(DatabaseKind kind, double share)
    {
        string limit = _options.MemoryLimit.Trim();
        if (Amount().Match(limit) is { Success: true } amount)
        {
            double number = double.Parse(amount.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * share / (kind == DatabaseKind.Identity ? 2 : 1);
            limit = number.ToString(CultureInfo.InvariantCulture) + amount.Groups["unit"].Value;
        }

        return "SET memory_limit = '" + limit.Replace("'", string.Empty, StringComparison.Ordinal) + "'";
    }

    private DuckDBConnection OpenWaiting(DatabaseKind kind, string source)
    {
        long started = Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return OpenDuckDb(source);
            }
            catch (DuckDBException cause) when (IsHeld(cause))
            {
                if (Clock.GetElapsedTime(started) < _options.OpenTimeout)
                {
                    Thread.Sleep(TimeSpan.FromMilliseconds(50));
                    continue;
                }

                Match holder = Holder().Match(cause.Message);
                string who = holder.Success ? $"the process {holder.Groups["pid"].Value} ({holder.Groups["program"].Value})" : "another process";
                throw new LockHeldException(
                    $"The {kind} database file '{source}' is held by {who}; a DuckDB file belongs to one process at a time. "
                    + "Send the work to that process, or stop it and start again.",
                    cause);
            }
            catch (DuckDBException cause)
            {
                throw new WarehouseException(
                    $"The {kind} database file '{source}' could not be opened: {SqlFault.Describe(cause)} "
                    + "Expected a readable DuckDB file of this or an older engine version. Restore it from the backup of the pair, or remove it to start afresh.",
                    cause);
            }
        }
    }

    private static DuckDBConnection OpenDuckDb(string source) => Prepared(new DuckDBConnection("Data Source=" + (InMemory(source) ? Memory : source)));

    private static DuckDBConnection Prepared(DuckDBConnection connection)
    {
        try
        {
            connection.Open();
            Set(connection, "SET TimeZone = 'UTC'");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Set(DuckDBConnection connection, string setting)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = setting;
        command.ExecuteNonQuery();
    }

    private static bool IsHeld(DuckDBException cause) =>
        cause.Message.Contains("Could not set lock", StringComparison.OrdinalIgnoreCase)
        || cause.Message.Contains("being used by another process", StringComparison.OrdinalIgnoreCase)
        || cause.Message.Contains("Conflicting lock", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?<number>\d+(\.\d+)?)\s*(?<unit>([KMGT]i?B)|%)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Amount();

    [GeneratedRegex(@"lock is held in (?<program>.+?) \(PID (?<pid>\d+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Holder();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Opened {Kind} on {Engine}")]
    private static partial void LogOpened(ILogger logger, Engine engine, DatabaseKind kind);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind} keeps its memory: {Why}")]
    private static partial void LogNotShrunk(ILogger logger, DatabaseKind kind, string why);
}
