using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>What every command works with.</summary>
/// <param name="Screen">Where results go.</param>
/// <param name="Options">The configuration.</param>
/// <param name="Output">The folder of databases and results.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">Where log lines go.</param>
/// <param name="Stop">Set when the user stops the program.</param>
public sealed record CommandContext(
    Screen Screen, HostOptions Options, string Output, TimeProvider Time, ILoggerFactory Loggers, CancellationToken Stop)
{
    /// <summary>Opens the databases, brought up to date where the configuration allows it.</summary>
    /// <param name="mustExist">Whether a missing DuckDB file is an error instead of a new database.</param>
    public WarehouseDatabases Open(bool mustExist)
    {
        string file = Path.Combine(Output, "warehouse.duckdb");
        bool files = Options.Warehouse.Engine == Engine.DuckDb && Options.Warehouse.ConnectionString.Length == 0;
        if (files && mustExist && !File.Exists(file))
        {
            throw new UsageException($"There is no warehouse at {file}. Run 'warehouse demo' or 'warehouse migrate' first, or name another folder with --output.");
        }

        if (files)
        {
            Directory.CreateDirectory(Output);
        }

        return Startup.Open(Options.Databases(Output), null, Loggers.CreateLogger("Warehouse.Sql"), Time);
    }

    /// <summary>Returns the desk of releases of statistics under the configured rules.</summary>
    internal ReleaseDesk Releases(WarehouseDatabases databases, AuditTrail audit) => new(databases, audit, Options.Statistics.ToProfile(), Time);

    /// <summary>Returns the key from which person keys are made.</summary>
    /// <exception cref="UsageException">None is configured and the data is not synthetic.</exception>
    public byte[] Secret(ulong? demoSeed)
    {
        if (demoSeed is { } seed)
        {
            return DemoSecret(seed);
        }

        return Options.Warehouse.Secret.Length > 0
            ? Encoding.UTF8.GetBytes(Options.Warehouse.Secret)
            : throw new UsageException(
                "WAREHOUSE__SECRET is not set; expected at least 32 characters, the same at every load of this installation. For synthetic data give --demo-seed N instead.");
    }

    /// <summary>Returns the key of a demo: made from its seed, so that runs compare; worthless as a secret.</summary>
    public static byte[] DemoSecret(ulong seed) =>
        SHA256.HashData(Encoding.UTF8.GetBytes("warehouse demo " + seed.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
