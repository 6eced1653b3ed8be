using System.Text;
using Warehouse.Etl.Link.Engine;
using Warehouse.Model.Tables;

namespace Warehouse.Reporting.Host;

/// <summary>Reads a table of one's own: Parquet and ARFF by the model, delimited text and workbooks by the reader of registers.</summary>
public static class TableFile
{
    /// <summary>Returns the table of a file; its form follows from the ending, and of text from its bytes.</summary>
    /// <remarks>Errors: the readers' own, with what was found and what to do.</remarks>
    public static TextTable Read(string path, CancellationToken cancellationToken = default)
    {
        string name = Path.GetFileName(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".PARQUET":
                return ParquetTable.Read(path, cancellationToken);
            case ".ARFF":
                using (StreamReader reader = new(path, Encoding.UTF8))
                {
                    return ArffReader.Read(reader, name);
                }

            default:
                LinkFile file = LinkFile.Read(path);
                List<string> notes = [];
                if (file.BrokenRows > 0)
                {
                    notes.Add(FormattableString.Invariant($"{file.BrokenRows:N0} rows of {name} are left out: their cells are not as many as the headers, or not readable"));
                }

                return new TextTable(name, [.. file.Headers.Select((header, i) => new TextColumn(header, file.Columns[i].Codes, file.Columns[i].Values))], notes);
        }
    }
}
