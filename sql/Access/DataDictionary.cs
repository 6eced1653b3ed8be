using System.Text;

namespace Warehouse.Sql;

/// <summary>What one column holds, as <c>sql/dictionary.csv</c> says.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table as <c>schema.table</c>.</param>
/// <param name="Column">The column.</param>
/// <param name="Type">Its type as the migrations write it.</param>
/// <param name="IsNullable">Whether it may be empty.</param>
/// <param name="Unit">Unit of the values; empty where there is none.</param>
/// <param name="Class">How its content must be treated: identity, special-care, tax-secret, free-text, restricted or ordinary.</param>
/// <param name="Source">Where the values come from.</param>
/// <param name="Meaning">What the values say.</param>
public sealed record DescribedColumn(DatabaseKind Database, string Table, string Column, string Type, bool IsNullable, string Unit, string Class, string Source, string Meaning);

/// <summary>The data dictionary that this program was built with.</summary>
public static class DataDictionary
{
    private static readonly string[] Header = ["database", "schema_name", "table_name", "column_name", "data_type", "is_nullable", "unit", "class", "source", "meaning"];

    /// <summary>Every column of both databases, in the order of the file.</summary>
    public static IReadOnlyList<DescribedColumn> Entries { get; } = Read(Text());

    /// <summary>Reads a dictionary.</summary>
    /// <remarks>Errors: <see cref="WarehouseException"/> naming the first line that is not of the expected form.</remarks>
    internal static IReadOnlyList<DescribedColumn> Read(string text)
    {
        List<DescribedColumn> entries = [];
        int line = 0;
        foreach (string[] fields in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Fields))
        {
            line++;
            if (line == 1 ? !fields.SequenceEqual(Header) : fields.Length != Header.Length || fields[5] is not ("yes" or "no") || !Enum.TryParse<DatabaseKind>(fields[0], ignoreCase: true, out _))
            {
                throw new WarehouseException($"Line {line} of the data dictionary has {fields.Length} fields beginning with '{string.Join(',', fields.Take(4))}'; expected {string.Join(',', Header)}.");
            }

            if (line > 1)
            {
                entries.Add(new DescribedColumn(
                    Enum.Parse<DatabaseKind>(fields[0], ignoreCase: true), fields[1] + "." + fields[2], fields[3], fields[4], fields[5] == "yes", fields[6], fields[7], fields[8], fields[9]));
            }
        }

        return entries;
    }

    private static string Text()
    {
        using Stream stream = typeof(DataDictionary).Assembly.GetManifestResourceStream("sql/dictionary.csv")
            ?? throw new WarehouseException("The program was built without sql/dictionary.csv.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string[] Fields(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (line[i] == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
