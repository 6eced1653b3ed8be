using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Corrections;

/// <summary>A row of a report as it came back.</summary>
/// <param name="Line">Its line.</param>
/// <param name="Cells">Its cells; null where there are more or fewer than headers, or a quote is misplaced.</param>
internal sealed record ReturnedRow(int Line, byte[][]? Cells);

/// <summary>A correction report that came back, perhaps saved anew by a spreadsheet in another encoding.</summary>
internal sealed class ReturnedReport
{
    private ReturnedReport(string encoding, byte delimiter, string[] headers, List<ReturnedRow> rows) =>
        (Encoding, Delimiter, Headers, Rows) = (encoding, delimiter, headers, rows);

    /// <summary><c>cp932</c> or <c>utf-8</c>.</summary>
    public string Encoding { get; }

    public byte Delimiter { get; }

    public string[] Headers { get; }

    public List<ReturnedRow> Rows { get; }

    /// <summary>Returns the rows of a report.</summary>
    /// <exception cref="FeedException">COR-010: the file is no correction report.</exception>
    public static ReturnedReport Read(string path, string name)
    {
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : throw Odd(name, "no such file");
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            bytes = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2));
        }

        // The header alone tells the form: it holds words that only one encoding and delimiter spell.
        foreach (string encoding in new[] { "utf-8", "cp932" })
        {
            TextDecoder decoder = TextDecoder.For(encoding, name);
            foreach (byte delimiter in ",\t;|"u8)
            {
                RecordReader reader = new(bytes, bytes.Length, delimiter);
                if (!reader.Read() || reader.IsMalformed)
                {
                    continue;
                }

                string?[] headers = [.. CorrectionReport.All(reader, bytes).Select(cell => decoder.Decode(cell)?.Trim())];
                if (headers.Contains(CorrectionColumns.Key) && !headers.Contains(null))
                {
                    return new ReturnedReport(encoding, delimiter, [.. headers.OfType<string>()], Data(reader, bytes, headers.Length));
                }
            }
        }

        throw Odd(name, $"no column '{CorrectionColumns.Key}'");
    }

    private static List<ReturnedRow> Data(RecordReader reader, byte[] bytes, int width)
    {
        List<ReturnedRow> rows = [];
        while (reader.Read())
        {
            bool isWhole = !reader.IsMalformed && reader.CellCount == width;
            rows.Add(new ReturnedRow(reader.Line, isWhole ? [.. CorrectionReport.All(reader, bytes)] : null));
        }

        return rows;
    }

    private static FeedException Odd(string name, string found) => FeedException.Of(
        "COR-010", name, found, "a correction report as 'warehouse corrections' exports it, with its last columns", "Hand back the report itself, with all its columns; a whole corrected file is handed in as an ordinary delivery.");
}
