using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Warehouse.Sql;

/// <summary>A column of a Parquet file, each distinct value once, as text.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">The CLR type of its values, such as <c>Double</c>.</param>
/// <param name="Codes">Per row, the position of its text; 0 is an empty cell.</param>
/// <param name="Values">The distinct texts; the first one is empty.</param>
public sealed record ParquetColumn(string Name, Type Type, int[] Codes, IReadOnlyList<string> Values);

/// <summary>Reads a Parquet file into memory, without a warehouse.</summary>
public static class ParquetFile
{
    private const string Script = "Access/parquet_rows";

    /// <summary>Returns the columns of a file, in its order. Numbers and dates are written in the invariant form, which reads back exactly.</summary>
    /// <remarks>
    /// Nulls: an empty cell is code 0. Columns of lists, structures or bytes are returned with no codes. Errors: <see cref="WarehouseException"/> for a
    /// file that is no Parquet file. Memory: 4 bytes a cell and the distinct values.
    /// </remarks>
    public static IReadOnlyList<ParquetColumn> Read(string path, CancellationToken cancellationToken = default)
    {
        SqlBatch batch = SqlText.Load(Script, Engine.DuckDb).Batches[0];
        using DuckDBConnection connection = new("Data Source=:memory:");
        try
        {
            connection.Open();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = batch.Text;
            command.Parameters.Add(new DuckDBParameter("path", path));
            using DuckDBDataReader reader = command.ExecuteReader();
            return Read(reader, cancellationToken);
        }
        catch (DbException cause)
        {
            throw SqlFault.Wrap(Script, batch, Engine.DuckDb, cause);
        }
    }

    private static List<ParquetColumn> Read(DuckDBDataReader reader, CancellationToken cancellationToken)
    {
        int count = reader.FieldCount;
        Type[] types = [.. Enumerable.Range(0, count).Select(reader.GetFieldType)];
        bool[] isPlain = [.. types.Select(type => type == typeof(string) || (typeof(IFormattable).IsAssignableFrom(type) && type.IsValueType) || type == typeof(bool))];
        var codes = new List<int>[count];
        var index = new Dictionary<string, int>[count];
        var values = new List<string>[count];
        for (int i = 0; i < count; i++)
        {
            (codes[i], index[i], values[i]) = ([], new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 }, [""]);
        }

        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < count; i++)
            {
                if (!isPlain[i])
                {
                    continue;
                }

                string text = reader.IsDBNull(i) ? "" : Text(reader.GetValue(i));
                if (!index[i].TryGetValue(text, out int code))
                {
                    code = values[i].Count;
                    values[i].Add(text);
                    index[i][text] = code;
                }

                codes[i].Add(code);
            }
        }

        return [.. Enumerable.Range(0, count).Select(i => new ParquetColumn(reader.GetName(i), types[i], [.. codes[i]], values[i]))];
    }

    private static string Text(object value) => value switch
    {
        string text => text.Trim(),
        bool flag => flag ? "true" : "false",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "",
    };
}
