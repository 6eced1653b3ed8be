using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>Writes the rows of a sheet as CSV, so that an unknown workbook is looked at in the same way as an unknown text.</summary>
/// <remarks>Each row stands in the line of its number; a line end inside a cell goes, a cell with a formula begins with <c>=</c>, a cell merged with the one above has its value. Memory: the text.</remarks>
internal static class SheetText
{
    /// <summary>Returns the text in UTF-8, the cells of its widest row, and for each column how many cells are merged with the one above.</summary>
    /// <exception cref="FeedException">MAP-010: no sheet is chosen; FEED-012, FEED-013: the workbook may not or cannot be opened.</exception>
    public static (byte[] Content, int Width, List<long> Merged) Of(byte[] workbook, string? sheet, TextDecoder decoder, string name)
    {
        List<(int Line, string[] Cells)> rows = [];
        List<long> merged = [];
        char[] buffer = new char[TextDecoder.MaxChars(TextDecoder.MaxCellBytes)];
        using SheetSource source = Open(workbook, sheet, decoder, name);
        string[] above = [];
        int line = 0;
        while (source.Read())
        {
            string[] cells = new string[source.CellCount];
            for (int i = 0; i < cells.Length; i++)
            {
                int count = source.Text(i, buffer, out TextMarks marks);
                string text = count < 0 ? "" : buffer.AsSpan(0, count).ToString().Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
                cells[i] = marks.HasFlag(TextMarks.Formula) ? "=" + text : text;
                while (merged.Count <= i)
                {
                    merged.Add(0);
                }

                if (cells[i].Length == 0 && i < above.Length && source.MergedTop(i) is int top and > 0 && line >= top)
                {
                    cells[i] = above[i];
                    merged[i]++;
                }
            }

            (above, line) = (cells, source.Line);
            rows.Add((source.Line, cells));
        }

        int width = rows.Select(row => row.Cells.Length - row.Cells.Reverse().TakeWhile(cell => cell.Length == 0).Count()).DefaultIfEmpty(0).Max();
        StringBuilder csv = new();
        line = 1;
        foreach ((int at, string[] cells) in rows)
        {
            for (; line < at; line++)
            {
                csv.Append("\r\n");
            }

            for (int i = 0; i < width; i++)
            {
                string cell = i < cells.Length ? cells[i] : "";
                csv.Append(i > 0 ? "," : "").Append(cell.AsSpan().IndexOfAny(',', '"') < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"");
            }

            csv.Append("\r\n");
            line++;
        }

        return (new UTF8Encoding(false).GetBytes(csv.ToString()), width, merged);
    }

    private static SheetSource Open(byte[] workbook, string? sheet, TextDecoder decoder, string name)
    {
        try
        {
            return new SheetSource(workbook, sheet, decoder, name, readsMerged: true);
        }
        catch (FeedException exception) when (exception.Code == "FEED-014")
        {
            throw FeedException.Of("MAP-010", name, sheet is null ? "a workbook with several visible sheets, or none" : $"no visible sheet '{sheet}'", "one sheet to look at", "Name the sheet with --sheet.", exception);
        }
    }
}
