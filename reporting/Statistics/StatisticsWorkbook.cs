using System.Globalization;
using System.IO.Compression;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Warehouse.Reporting.Statistics;

/// <summary>Writes a release as a workbook: a sheet of notes, then a sheet for each table.</summary>
/// <remarks>
/// No cell holds a formula: words are inline strings, and those that begin as a formula would are marked as text (<c>quotePrefix</c>), so that they stay text when somebody edits the cell. Equal releases give equal bytes:
/// the parts are packed again without the time of writing.
/// </remarks>
internal static class StatisticsWorkbook
{
    private const uint Plain = 0, Quoted = 1, Heading = 2, Whole = 3, Share = 4;

    // The first instant that a ZIP archive can state.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Returns the workbook.</summary>
    internal static byte[] File(StatisticsRelease release, string title, IReadOnlyList<string> notes)
    {
        using MemoryStream stream = new();
        using (SpreadsheetDocument document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            WorkbookPart book = document.AddWorkbookPart();
            // The id that it would get is drawn at random.
            document.ChangeIdOfPart(book, "book");
            book.AddNewPart<WorkbookStylesPart>("styles").Stylesheet = Styles();
            Sheets sheets = new();
            Add(book, sheets, "注記", [[Text(title, Heading)], .. notes.Select(note => new[] { Text(note) })], [100]);
            foreach (ReleasedTable table in release.Tables)
            {
                Add(book, sheets, Name(table), Rows(table, release), [28, .. Enumerable.Repeat(14.0, table.Columns.Count + (table.Definition.Rates.Count * 4))]);
            }

            book.Workbook = new Workbook(sheets);
        }

        return Repacked(stream);
    }

    private static List<Cell[]> Rows(ReleasedTable table, StatisticsRelease release)
    {
        List<TableLine> rated = table.Definition.Rates.Select(code => table.Columns.First(column => column.Code == code)).ToList();
        List<Cell[]> rows =
        [
            [Text($"{table.Title}（{table.Definition.Unit}）", Heading)],
            [
                Text(StatisticsWriter.RowTitle(table), Heading),
                .. table.Columns.Select(column => Text(column.Title, Heading)),
                .. rated.SelectMany(column => new[] { $"{column.Title}の割合", "95%区間の下限", "95%区間の上限", "全体と比べて" }.Select(text => Text(text, Heading))),
            ],
        ];
        for (int row = 0; row < table.Rows.Count; row++)
        {
            List<Cell> cells = [Text(table.Rows[row].Title), .. table.Cells[row].Select(cell => cell is { Mark: CellMark.Shown or CellMark.Zero, Count: { } count } && cell.Text != "-" ? Number(count, Whole) : Text(cell.Text))];
            foreach (ReleasedRate rate in rated.Select(column => table.Rate(row, column.Code)!))
            {
                cells.AddRange(rate is { Share: { } share, Low: { } low, High: { } high } ? [Number(share, Share), Number(low, Share), Number(high, Share), Text(rate.ComparisonText)] : [Text("X"), Text(""), Text(""), Text("")]);
            }

            rows.Add([.. cells]);
        }

        rows.Add([Text(release.Legend)]);
        rows.Add([Text(table.AsOfText + table.Definition.Note)]);
        return rows;
    }

    private static void Add(WorkbookPart book, Sheets sheets, string name, IReadOnlyList<Cell[]> rows, IReadOnlyList<double> widths)
    {
        uint number = (uint)sheets.ChildElements.Count + 1;
        string id = "sheet" + number.ToString(CultureInfo.InvariantCulture);
        WorksheetPart part = book.AddNewPart<WorksheetPart>(id);
        SheetData data = new();
        for (int row = 0; row < rows.Count; row++)
        {
            string at = (row + 1).ToString(CultureInfo.InvariantCulture);
            for (int column = 0; column < rows[row].Length; column++)
            {
                rows[row][column].CellReference = Letters(column) + at;
            }

            data.AppendChild(new Row(rows[row]) { RowIndex = (uint)row + 1 });
        }

        Columns columns = new(widths.Select((width, column) => new Column { Min = (uint)column + 1, Max = (uint)column + 1, Width = width, CustomWidth = true }));
        part.Worksheet = new Worksheet(columns, data);
        sheets.AppendChild(new Sheet { Name = name, SheetId = number, Id = id });
    }

    private static Cell Text(string text, uint style = Plain) => new(new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve }))
    {
        DataType = CellValues.InlineString,
        StyleIndex = style == Plain && text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal) ? Quoted : style,
    };

    private static Cell Number(double number, uint style) => new(new CellValue(number)) { StyleIndex = style };

    // At most 31 characters, none of those that sheets refuse; the code is unique in the catalogue.
    private static string Name(ReleasedTable table) => table.Code.Length <= 31 ? table.Code : table.Code[..31];

    private static string Letters(int column) => column < 26 ? ((char)('A' + column)).ToString() : Letters((column / 26) - 1) + (char)('A' + (column % 26));

    private static Stylesheet Styles() => new(
        new NumberingFormats(new NumberingFormat { NumberFormatId = 164, FormatCode = "0.0%" }),
        new Fonts(new Font(), new Font(new Bold())),
        new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
        new Borders(new Border()),
        new CellStyleFormats(new CellFormat()),
        new CellFormats(
            new CellFormat(),
            new CellFormat { QuotePrefix = true },
            new CellFormat { FontId = 1, ApplyFont = true, QuotePrefix = true },
            new CellFormat { NumberFormatId = 3, ApplyNumberFormat = true },
            new CellFormat { NumberFormatId = 164, ApplyNumberFormat = true }));

    private static byte[] Repacked(MemoryStream packed)
    {
        packed.Position = 0;
        using MemoryStream again = new();
        using (ZipArchive source = new(packed, ZipArchiveMode.Read, leaveOpen: true))
        using (ZipArchive target = new(again, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in source.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
            {
                ZipArchiveEntry copy = target.CreateEntry(entry.FullName);
                copy.LastWriteTime = NoTime;
                using Stream from = entry.Open(), to = copy.Open();
                from.CopyTo(to);
            }
        }

        return again.ToArray();
    }
}
