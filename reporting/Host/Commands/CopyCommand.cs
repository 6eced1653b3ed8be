using System.CommandLine;
using System.Globalization;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>copy</c>: a whole warehouse to other databases, with proof that nothing changed on the way.</summary>
internal static class CopyCommand
{
    private const string Files = "duckdb";
    private const string Server = "sqlserver";

    private static readonly Option<string> From = Side("--from", "The source");
    private static readonly Option<string> To = Side("--to", "The target, migrated to this release and empty");

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("copy", "Copy both databases to another engine or folder and verify counts and checksums of every table; run again to go on after a break") { From, To },
        ["copy --from duckdb --to sqlserver --output out", "copy --from sqlserver --to duckdb --output out-back", "copy --from out --to out-copy --json"],
        Act);

    private static Option<string> Side(string name, string what) => new(name)
    {
        Description = what + $": {Files} (the files in --output), {Server} (the configured server), or the folder of two DuckDB files",
        HelpName = "WHERE",
        Required = true,
    };

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        string source = parsed.GetValue(From)!;
        string destination = parsed.GetValue(To)!;
        WarehouseOptions from = Options(source, context);
        WarehouseOptions to = Options(destination, context);
        if (from.Engine == to.Engine && string.Equals(from.ConnectionString, to.ConnectionString, StringComparison.Ordinal))
        {
            throw new UsageException($"'{source}' and '{destination}' are the same databases; name two.");
        }

        if (from.Engine == Engine.DuckDb && !File.Exists(from.ConnectionString["Data Source=".Length..]))
        {
            throw new UsageException($"There is no warehouse at {from.ConnectionString["Data Source=".Length..]}; expected the source of the copy. Name its folder with --from or --output.");
        }

        // The source is left as it is, also by a newer program; new files of the target get their schema here, a server gets it from a DBA.
        using WarehouseDatabases read = Startup.Open(from, migrate: false, null, context.Time);
        using WarehouseDatabases written = Startup.Open(to, to.MigrateOnStart, null, context.Time);
        IReadOnlyList<CopiedTable> tables = WarehouseCopy.Run(read, written, null, context.Stop);
        context.Screen.Table(
            "Tables",
            ["table", "rows", "checksum of both sides", "what was done"],
            tables.Where(table => table.Rows > 0).Select(table => (IReadOnlyList<string>)
            [
                table.Table, table.Rows.ToString("N0", CultureInfo.InvariantCulture), table.Checksum[..12], table.WasThere ? "was there" : "copied",
            ]));
        context.Screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{tables.Count} tables, {tables.Sum(table => table.Rows):N0} rows: counts and checksums are the same on both sides; {tables.Count(table => table.WasThere && table.Rows > 0)} with rows were there already."));
        context.Screen.Result(new { Ok = true, Tables = tables });
        return Task.FromResult(ExitCode.Done);
    }

    private static WarehouseOptions Options(string where, CommandContext context)
    {
        if (where == Server)
        {
            return context.Options.Warehouse.Engine == Engine.SqlServer
                ? context.Options.Databases(context.Output)
                : throw new UsageException(
                    "No server is configured; expected WAREHOUSE__ENGINE=SqlServer with WAREHOUSE__CONNECTION_STRING and WAREHOUSE__IDENTITY_CONNECTION_STRING in the environment.");
        }

        string folder = where == Files ? context.Output : Path.GetFullPath(where);
        return WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb"))
            with
        { MemoryLimit = context.Options.Warehouse.MemoryLimit.Length > 0 ? context.Options.Warehouse.MemoryLimit : WarehouseOptions.UsualMemoryLimit };
    }
}
