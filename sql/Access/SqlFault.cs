using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Microsoft.Data.SqlClient;

namespace Warehouse.Sql;

/// <summary>Words for an engine's error that may be logged: no values, because they may be somebody's data.</summary>
internal static partial class SqlFault
{
    /// <summary>Returns the kind or number of the error and its first line, with quoted values replaced by dots.</summary>
    internal static string Describe(DbException cause)
    {
        string kind = cause switch
        {
            SqlException server => "error " + server.Number.ToString(CultureInfo.InvariantCulture),
            DuckDBException duck => duck.ErrorType.ToString(),
            _ => cause.GetType().Name,
        };
        return Describe(kind, cause.Message);
    }

    /// <summary>Returns the kind of an error and the first line of its message, with quoted values replaced by dots.</summary>
    internal static string Describe(string kind, string message) => $"{kind}: {Quoted().Replace(message.Split('\n')[0].Trim(), "'…'")}";

    /// <summary>Returns the exception that says which script failed, where and why.</summary>
    internal static WarehouseException Wrap(string script, SqlBatch batch, Engine engine, DbException cause) =>
        new(
            $"The script '{script}' failed on {engine} in the batch at line {batch.Line}. {Describe(cause)}"
            + (cause is DuckDBException { ErrorType: DuckDBErrorType.OutOfMemory } ? ". Give DuckDB more memory (Warehouse:MemoryLimit, " + WarehouseOptions.UsualMemoryLimit + " unless set), or load fewer files at a time." : ""),
            cause);

    // Single-quoted values, and the key: value pair that DuckDB shows for a duplicate key.
    [GeneratedRegex("'[^']*'|\"[^\":]+: [^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
