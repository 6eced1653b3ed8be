using System.Globalization;
using Microsoft.Extensions.Logging;
using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>A fresh pair of databases for one test: DuckDB in memory, or two SQL Server databases that are dropped after.</summary>
public sealed class WarehouseFixture : IDisposable
{
    // For servers that do not know the collation of production; any binary one serves.
    private const string CollationVariable = "WAREHOUSE_TEST_SQLSERVER_COLLATION";

    // The engine of tests that name none: with SqlServer the whole suite runs on the server.
    private const string EngineVariable = "WAREHOUSE_TEST_ENGINE";

    // Two databases are never created at once: some servers allow one change of the catalogue at a time.
    private static readonly Lock Creating = new();

    private readonly string? _identityName;
    private readonly string? _warehouseName;

    private WarehouseFixture(Engine engine, bool migrate, TimeProvider? timeProvider, ILogger? logger)
    {
        string name = "test_" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        if (engine == Engine.DuckDb)
        {
            Options = WarehouseOptions.DuckDb(":memory:", ":memory:") with { Threads = 1, MemoryLimit = "512MB" };
        }
        else
        {
            _warehouseName = name + "_w";
            _identityName = name + "_i";
            CreateDatabase(_warehouseName);
            CreateDatabase(_identityName);
            Options = WarehouseOptions.SqlServer(ConnectionString(_warehouseName), ConnectionString(_identityName));
        }

        Databases = new WarehouseDatabases(Options, logger, timeProvider);
        if (migrate)
        {
            Migrator.Apply(Databases);
        }
    }

    /// <summary>The engine of tests that name none: DuckDB, or what WAREHOUSE_TEST_ENGINE says where a server is configured.</summary>
    public static Engine Usual { get; } = EngineDataAttribute.Server is not null && Enum.TryParse(Environment.GetEnvironmentVariable(EngineVariable), out Engine engine) ? engine : Engine.DuckDb;

    /// <summary>The databases.</summary>
    public WarehouseDatabases Databases { get; }

    /// <summary>The options that the databases were opened with.</summary>
    public WarehouseOptions Options { get; }

    /// <summary>Returns a migrated pair of databases.</summary>
    public static WarehouseFixture Create(Engine? engine = null, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        new(engine ?? Usual, migrate: true, timeProvider, logger);

    /// <summary>Returns a pair of databases without any schema of ours.</summary>
    public static WarehouseFixture Empty(Engine? engine = null, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        new(engine ?? Usual, migrate: false, timeProvider, logger);

    /// <summary>Opens a session on the warehouse database.</summary>
    public WarehouseSession Warehouse(SessionRole role = SessionRole.EtlWarehouse) => Databases.Open(DatabaseKind.Warehouse, role);

    /// <summary>Opens a session on the identity database.</summary>
    public WarehouseSession Identity(SessionRole role = SessionRole.EtlIdentity) => Databases.Open(DatabaseKind.Identity, role);

    /// <summary>Closes the databases and drops them.</summary>
    public void Dispose()
    {
        Databases.Dispose();
        if (_warehouseName is not null)
        {
            DropDatabase(_warehouseName);
            DropDatabase(_identityName!);
        }
    }

    private static string ConnectionString(string database) =>
        EngineDataAttribute.Server!.TrimEnd(';') + ";Initial Catalog=" + database + ";Pooling=false";

    private static void CreateDatabase(string name) =>
        OnMaster($"CREATE DATABASE {name} COLLATE {Environment.GetEnvironmentVariable(CollationVariable) ?? "Japanese_XJIS_140_BIN2"}");

    // Other servers that speak TDS know no ALTER DATABASE and throw nobody out; connections are not pooled, so none is left.
    private static void DropDatabase(string name) =>
        OnMaster($"IF SERVERPROPERTY('BabelfishVersion') IS NULL EXECUTE('ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE')\nGO\nDROP DATABASE {name}");

    private static void OnMaster(string text)
    {
        lock (Creating)
        {
            using WarehouseDatabases master = new(WarehouseOptions.SqlServer(ConnectionString("master"), ConnectionString("master")));
            using WarehouseSession session = master.Open(DatabaseKind.Warehouse, SessionRole.Migrator);
            session.ExecuteText(text);
        }
    }
}
