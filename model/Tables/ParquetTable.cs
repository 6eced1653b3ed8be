using Warehouse.Model.Items;
using Warehouse.Sql;

namespace Warehouse.Model.Tables;

/// <summary>Reads a Parquet file as a table.</summary>
public static class ParquetTable
{
    /// <summary>Returns the table; columns of lists, structures or bytes are left out with a note.</summary>
    public static TextTable Read(string path, CancellationToken cancellationToken = default)
    {
        string name = Path.GetFileName(path);
        IReadOnlyList<ParquetColumn> columns;
        try
        {
            columns = ParquetFile.Read(path, cancellationToken);
        }
        catch (WarehouseException cause)
        {
            throw new ModelException("MDL-064", $"{name}, which cannot be read ({cause.Message})", "a Parquet file", "write it again, or give CSV");
        }

        int rows = columns.Count == 0 ? 0 : columns.Max(c => c.Codes.Length);
        ParquetColumn[] plain = [.. columns.Where(c => c.Codes.Length == rows)];
        string[] left = [.. columns.Where(c => c.Codes.Length != rows).Select(c => c.Name)];
        return new TextTable(
            name,
            [.. plain.Select(c => new TextColumn(c.Name, c.Codes, c.Values, Kind(c.Type)))],
            left.Length == 0 ? [] : [$"columns of lists, structures or bytes are left out: {Cells.List(left)}"]);
    }

    private static DeclaredKind Kind(Type type) =>
        type == typeof(string) || type == typeof(Guid) || type == typeof(bool) ? DeclaredKind.Unknown
        : type == typeof(DateOnly) || type == typeof(DateTime) || type == typeof(DateTimeOffset) ? DeclaredKind.Date
        : type == typeof(TimeOnly) || type == typeof(TimeSpan) ? DeclaredKind.Category
        : DeclaredKind.Number;
}
