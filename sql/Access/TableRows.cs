namespace Warehouse.Sql;

/// <summary>Reads the rows of a table that the program knows by the catalogue only.</summary>
internal static class TableRows
{
    /// <summary>Streams the named columns of a table, in no order.</summary>
    internal static IEnumerable<object?[]> Read(WarehouseSession session, string table, IReadOnlyList<TableColumn> columns) =>
        session.Stream<object?[]>(Named("Access/table_rows", session.Engine, table, columns.Select(column => column.Name).ToList()), null);

    /// <summary>Removes all rows of a table.</summary>
    internal static void Clear(WarehouseSession session, string table) => session.Execute(Named("Access/table_clear", session.Engine, table, []), null);

    /// <summary>DuckDB: writes columns of a table to a Parquet file.</summary>
    internal static void WriteParquet(WarehouseSession session, string table, IReadOnlyList<string> columns, string path) => session.Execute(
        Named("Access/parquet_write", session.Engine, table, columns, ("one_file", path.Replace("'", "''", StringComparison.Ordinal))), null);

    /// <summary>Returns a script with the names of a table and its columns in place of its own; both come from the catalogue, never from a person.</summary>
    private static SqlScript Named(string name, Engine engine, string table, IReadOnlyList<string> columns, params (string Name, string Value)[] others)
    {
        SqlScript template = SqlText.Load(name, engine);
        string text = template.Batches[0].Text
            .Replace("all_columns", string.Join(", ", columns), StringComparison.Ordinal)
            .Replace("one_table", table, StringComparison.Ordinal);
        text = others.Aggregate(text, (so, other) => so.Replace(other.Name, other.Value, StringComparison.Ordinal));
        return new SqlScript(template.Name, template.Resource, SqlText.Split(text, engine));
    }
}
