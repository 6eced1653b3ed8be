using System.Globalization;

namespace Warehouse.Sql;

/// <summary>Where the two databases are and how they are opened.</summary>
public sealed record WarehouseOptions
{
    /// <summary>The engine of both databases.</summary>
    public Engine Engine { get; init; } = Engine.DuckDb;

    /// <summary>The warehouse database. DuckDB: <c>Data Source=path</c>, or <c>Data Source=:memory:</c> for a database that lives as long as <see cref="WarehouseDatabases"/>.</summary>
    public string ConnectionString { get; init; } = "Data Source=warehouse.duckdb";

    /// <summary>The identity database, in the same form as <see cref="ConnectionString"/>.</summary>
    public string IdentityConnectionString { get; init; } = "Data Source=identity.duckdb";

    /// <summary>SQL Server: a connection string per role and database where a role has its own login; others use the two above.</summary>
    public IReadOnlyDictionary<(DatabaseKind Kind, SessionRole Role), string> RoleConnectionStrings { get; init; } =
        new Dictionary<(DatabaseKind Kind, SessionRole Role), string>();

    /// <summary>Whether the program brings the schema up to date when it starts; in production a DBA does this.</summary>
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>What DuckDB gets unless more is given: 96 MB a core, because each thread sorts and joins in memory of its own, and at least 192 MB.</summary>
    public static readonly string UsualMemoryLimit = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(192, 96 * Environment.ProcessorCount)}MB");

    /// <summary>DuckDB: the memory that the warehouse may use before it spills to disk; the identity database, which is smaller, gets half of it.</summary>
    public string MemoryLimit { get; init; } = UsualMemoryLimit;

    /// <summary>DuckDB: worker threads; null takes the engine's default, one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>The longest time for one statement; loads of a whole city take minutes.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a DuckDB file that another process is about to release is waited for.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Returns options for two DuckDB files; <c>:memory:</c> stands for a private database in memory.</summary>
    public static WarehouseOptions DuckDb(string warehousePath, string identityPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(warehousePath);
        ArgumentException.ThrowIfNullOrWhiteSpace(identityPath);
        return new WarehouseOptions
        {
            Engine = Engine.DuckDb,
            ConnectionString = "Data Source=" + warehousePath,
            IdentityConnectionString = "Data Source=" + identityPath,
        };
    }

    /// <summary>Returns options for two SQL Server databases.</summary>
    public static WarehouseOptions SqlServer(string connectionString, string identityConnectionString) => new()
    {
        Engine = Engine.SqlServer,
        ConnectionString = connectionString,
        IdentityConnectionString = identityConnectionString,
        MigrateOnStart = false,
    };

    /// <summary>Returns the engine only; connection strings hold secrets and never reach a log.</summary>
    public override string ToString() => $"{nameof(WarehouseOptions)} {{ {nameof(Engine)} = {Engine} }}";

    /// <summary>Throws one exception that lists every fault of these options.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            faults.Add("Warehouse:ConnectionString is empty");
        }

        if (string.IsNullOrWhiteSpace(IdentityConnectionString))
        {
            faults.Add("Warehouse:IdentityConnectionString is empty");
        }

        if (Engine == Engine.DuckDb
            && string.Equals(ConnectionString, IdentityConnectionString, StringComparison.Ordinal)
            && !ConnectionString.EndsWith(":memory:", StringComparison.Ordinal))
        {
            faults.Add("Warehouse:ConnectionString and Warehouse:IdentityConnectionString name the same file; names and facts are kept apart");
        }

        if (Threads is < 1)
        {
            faults.Add("Warehouse:Threads is below 1");
        }

        if (CommandTimeout <= TimeSpan.Zero)
        {
            faults.Add("Warehouse:CommandTimeout is not above zero");
        }

        if (faults.Count > 0)
        {
            throw new WarehouseException("The configuration of the warehouse has faults: " + string.Join("; ", faults) + ".");
        }
    }
}
