using Microsoft.Extensions.Logging;

namespace Warehouse.Sql;

/// <summary>Opens the databases as a program needs them when it starts.</summary>
public static class Startup
{
    /// <summary>Returns the databases with a schema that this program can work with.</summary>
    /// <param name="options">Where the databases are.</param>
    /// <param name="migrate">Whether to apply missing scripts; null takes <see cref="WarehouseOptions.MigrateOnStart"/>.</param>
    /// <param name="logger">Receives a line per applied script.</param>
    /// <param name="timeProvider">Gives the time that the journal keeps.</param>
    /// <remarks>Errors: <see cref="SchemaMismatchException"/> (exit code 4), <see cref="LockHeldException"/> (exit code 5).</remarks>
    public static WarehouseDatabases Open(WarehouseOptions options, bool? migrate = null, ILogger? logger = null, TimeProvider? timeProvider = null)
    {
        WarehouseDatabases databases = new(options, logger, timeProvider);
        try
        {
            if (migrate ?? options.MigrateOnStart)
            {
                Migrator.Apply(databases);
            }

            SchemaRange.Check(databases);
            return databases;
        }
        catch
        {
            databases.Dispose();
            throw;
        }
    }
}
