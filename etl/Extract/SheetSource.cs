using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using SheetCell = DocumentFormat.OpenXml.Spreadsheet.Cell;
using SheetText = DocumentFormat.OpenXml.Spreadsheet.Text;

namespace Warehouse.Etl.Extract;

/// <summary>The rows of the one visible sheet of a workbook, read as a stream.</summary>
/// <remarks>
/// A cell with a formula is marked and never calculated; hidden sheets are not read; a day comes out as <c>yyyy-MM-dd</c>, whatever its format shows.
/// Memory: the file, the shared texts and one row. Rows without any value are skipped, as blank lines of a text are.
/// </remarks>
internal sealed class SheetSource : ICellSource
{
    private const int MaxSharedChars = 32 << 20;
    private const int MaxMerged = 1_000_000;

    private readonly SpreadsheetDocument _document;
    private readonly TextDecoder _decoder;
    private readonly string _where;
    private readonly List<string> _shared = [];
    private readonly List<bool> _isDay = [];
    private readonly bool _starts1904;
    private readonly OpenXmlReader _reader;
    private readonly List<(string Text, bool IsFormula)> _cells = [];
    private readonly Dictionary<int, Queue<(int Top, int Bottom)>> _merged = [];
    private int _width;

    public SheetSource(byte[] bytes, string? sheetName, TextDecoder decoder, string where, bool readsMerged = false)
    {
        _decoder = decoder;
        _where = where;
        WorkbookGuard.Check(bytes, where);
        try
        {
            _document = SpreadsheetDocument.Open(new MemoryStream(bytes, writable: false), false, new OpenSettings { MaxCharactersInPart = WorkbookGuard.MaxExpandedBytes });
            WorkbookPart workbook = _document.WorkbookPart ?? throw Damaged(null);
            _starts1904 = workbook.Workbook?.WorkbookProperties?.Date1904?.Value ?? false;
            WorksheetPart sheet = Choose(workbook, sheetName);
            ReadShared(workbook.SharedStringTablePart);
            ReadStyles(workbook.WorkbookStylesPart);
            if (readsMerged)
            {
                ReadMerged(sheet);
            }

            _reader = OpenXmlReader.Create(sheet);
        }
        catch (Exception exception) when (exception is OpenXmlPackageException or FileFormatException or System.Xml.XmlException or InvalidDataException or InvalidOperationException or ArgumentException or FormatException or KeyNotFoundException)
        {
            _document?.Dispose();
            throw Damaged(exception);
        }
        catch (FeedException)
        {
            _document?.Dispose();
            throw;
        }
    }

    public int HiddenSheets { get; private set; }

    public int Line { get; private set; }

    public int CellCount => _cells.Count;

    public bool IsMalformed => false;

    public bool IsTooLong => false;

    public bool Read()
    {
        try
        {
            while (_reader.Read())
            {
                if (_reader.ElementType == typeof(Row) && _reader.IsStartElement && ReadRow((Row)_reader.LoadCurrentElement()!))
                {
                    return true;
                }
            }

            return false;
        }
        catch (Exception exception) when (exception is System.Xml.XmlException or InvalidDataException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Damaged(exception);
        }
    }

    public int Text(int cell, Span<char> buffer, out TextMarks marks)
    {
        (string text, bool isFormula) = _cells[cell];
        marks = TextMarks.None;
        if (text.Length > TextDecoder.MaxCellBytes)
        {
            return -2;
        }

        int count = _decoder.Take(text, buffer, out marks);
        marks |= isFormula ? TextMarks.Formula : TextMarks.None;
        return count;
    }

    /// <summary>Returns the row whose cell holds the value of a cell that is merged with it, or 0 where the cell stands for itself; to be asked row by row.</summary>
    public int MergedTop(int cell)
    {
        if (!_merged.TryGetValue(cell, out Queue<(int Top, int Bottom)>? ranges))
        {
            return 0;
        }

        while (ranges.TryPeek(out (int Top, int Bottom) range) && range.Bottom < Line)
        {
            ranges.Dequeue();
        }

        return ranges.TryPeek(out (int Top, int Bottom) at) && at.Top < Line ? at.Top : 0;
    }

    public byte[] Raw() => Encoding.UTF8.GetBytes(string.Join(',', _cells.Select(cell => cell.Text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell.Text : "\"" + cell.Text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")));

    public byte[] Bytes(int cell) => Encoding.UTF8.GetBytes(_cells[cell].Text);

    public void Dispose()
    {
        _reader.Dispose();
        _document.Dispose();
    }

    private WorksheetPart Choose(WorkbookPart workbook, string? name)
    {
        List<Sheet> sheets = workbook.Workbook?.Sheets?.Elements<Sheet>().ToList() ?? [];
        List<Sheet> visible = sheets.Where(sheet => (sheet.State?.Value ?? SheetStateValues.Visible) == SheetStateValues.Visible).ToList();
        HiddenSheets = sheets.Count - visible.Count;
        List<Sheet> found = name is null ? visible : visible.Where(sheet => sheet.Name?.Value == name).ToList();
        if (found.Count != 1)
        {
            throw FeedException.Of(
                "FEED-014",
                _where,
                string.Create(CultureInfo.InvariantCulture, $"{found.Count} visible sheets{(name is null ? string.Empty : " of that name")} and {HiddenSheets} hidden ones"),
                name is null ? "one visible sheet" : $"one visible sheet '{name}'",
                "State the name of the sheet in the contract (sheet), or ask the sender for one sheet only.");
        }

        return workbook.GetPartById(found[0].Id?.Value ?? string.Empty) as WorksheetPart ?? throw Damaged(null);
    }

    // The reading of a name (rPh) stands beside its text and is no part of it.
    private void ReadShared(SharedStringTablePart? part)
    {
        if (part is null)
        {
            return;
        }

        long chars = 0;
        using OpenXmlReader reader = OpenXmlReader.Create(part);
        while (reader.Read())
        {
            if (reader.ElementType == typeof(SharedStringItem) && reader.IsStartElement)
            {
                string text = Plain((SharedStringItem)reader.LoadCurrentElement()!);
                chars += text.Length;
                if (chars > MaxSharedChars)
                {
                    throw FeedException.Of("FEED-012", _where, "shared texts of more than 32 M characters", "at most 32 M characters", "Ask the sender for the data as CSV.");
                }

                _shared.Add(text);
            }
        }
    }

    private void ReadStyles(WorkbookStylesPart? part)
    {
        Stylesheet? styles = part?.Stylesheet;
        Dictionary<uint, bool> custom = styles?.NumberingFormats?.Elements<NumberingFormat>()
            .Where(format => format.NumberFormatId is not null)
            .GroupBy(format => format.NumberFormatId!.Value)
            .ToDictionary(group => group.Key, group => NumberFormat.IsDay(group.Last().FormatCode?.Value ?? string.Empty)) ?? [];
        foreach (CellFormat format in styles?.CellFormats?.Elements<CellFormat>() ?? [])
        {
            uint id = format.NumberFormatId?.Value ?? 0;
            _isDay.Add(custom.TryGetValue(id, out bool isDay) ? isDay : NumberFormat.IsDay(id));
        }
    }

    // The list of merged cells stands behind the rows.
    private void ReadMerged(WorksheetPart sheet)
    {
        List<(int Column, int Top, int Bottom)> ranges = [];
        using OpenXmlReader reader = OpenXmlReader.Create(sheet);
        while (reader.Read())
        {
            if (reader.ElementType == typeof(MergeCell) && reader.IsStartElement && reader.Attributes.FirstOrDefault(attribute => attribute.LocalName == "ref").Value?.Split(':') is [{ } from, { } to])
            {
                // The value is that of the first cell: other columns of a range have none.
                ranges.Add((Column(from), Number(from), Number(to)));
                if (ranges.Count > MaxMerged)
                {
                    throw FeedException.Of("FEED-012", _where, "more than a million merged cells", "at most a million", "Ask the sender for the data as CSV.");
                }
            }
        }

        foreach (IGrouping<int, (int Column, int Top, int Bottom)> column in ranges.Where(range => range.Bottom > range.Top).OrderBy(range => range.Top).GroupBy(range => range.Column))
        {
            _merged[column.Key] = new Queue<(int, int)>(column.Select(range => (range.Top, range.Bottom)));
        }
    }

    private static int Number(string reference) =>
        int.TryParse(reference.AsSpan(reference.AsSpan().IndexOfAnyInRange('0', '9') is int at and >= 0 ? at : reference.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private bool ReadRow(Row row)
    {
        _cells.Clear();
        Line = row.RowIndex?.Value is uint index ? (int)index : Line + 1;
        bool hasValue = false;
        foreach (SheetCell cell in row.Elements<SheetCell>())
        {
            int at = cell.CellReference?.Value is { } reference ? Column(reference) : _cells.Count;
            if (at < _cells.Count || at >= RecordReader.MaxCells)
            {
                throw Damaged(null);
            }

            while (_cells.Count < at)
            {
                _cells.Add((string.Empty, false));
            }

            (string text, bool isFormula) = Value(cell);
            hasValue |= text.Length > 0 || isFormula;
            _cells.Add((text, isFormula));
        }

        if (!hasValue)
        {
            return false;
        }

        // Cells at the end of a row that hold nothing are not in the file, or are there for their borders only.
        while (_cells.Count > _width && _width > 0 && _cells[^1] is { Text.Length: 0, IsFormula: false })
        {
            _cells.RemoveAt(_cells.Count - 1);
        }

        while (_cells.Count < _width)
        {
            _cells.Add((string.Empty, false));
        }

        return true;
    }

    /// <summary>States how many cells a row has: as many as the header.</summary>
    public void SetWidth() => _width = _cells.Count;

    private (string Text, bool IsFormula) Value(SheetCell cell)
    {
        bool isFormula = cell.CellFormula is not null;
        string raw = cell.CellValue?.Text ?? string.Empty;
        CellValues type = cell.DataType?.Value ?? CellValues.Number;
        if (type == CellValues.SharedString)
        {
            return (int.TryParse(raw, NumberStyles.None, CultureInfo.InvariantCulture, out int at) && at < _shared.Count ? _shared[at] : throw Damaged(null), isFormula);
        }

        if (type == CellValues.InlineString)
        {
            return (cell.InlineString is null ? string.Empty : Plain(cell.InlineString), isFormula);
        }

        if (type == CellValues.Error)
        {
            return (raw, true);
        }

        if (type == CellValues.Boolean)
        {
            return (raw == "1" ? "TRUE" : "FALSE", isFormula);
        }

        if (type != CellValues.Number || raw.Length == 0)
        {
            return (Unescape(raw), isFormula);
        }

        if (!double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
        {
            return (raw, isFormula);
        }

        bool isDay = cell.StyleIndex?.Value is uint style && style < _isDay.Count && _isDay[(int)style];
        return (isDay ? DayText(number) : number == Math.Floor(number) && Math.Abs(number) < 1e15 ? ((long)number).ToString(CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture), isFormula);
    }

    private string DayText(double serial)
    {
        if (serial is < 1 or >= 2_958_466)
        {
            return serial.ToString("R", CultureInfo.InvariantCulture);
        }

        int whole = (int)Math.Floor(serial);
        if (!_starts1904 && whole == 60)
        {
            // The day that the calendar of workbooks has and no other.
            return "1900-02-29";
        }

        DateTime day = (_starts1904 ? new DateTime(1904, 1, 1) : new DateTime(1899, 12, whole < 60 ? 31 : 30)).AddDays(whole);
        int seconds = (int)Math.Round((serial - whole) * 86_400);
        return seconds == 0 ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : day.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static string Plain(OpenXmlElement item)
    {
        StringBuilder text = new();
        foreach (OpenXmlElement part in item.ChildElements)
        {
            if (part is SheetText plain)
            {
                text.Append(plain.Text);
            }
            else if (part is Run run)
            {
                text.Append(run.Text?.Text);
            }
        }

        return Unescape(text.ToString());
    }

    // _x000D_ and the like stand for characters that XML may not hold.
    private static string Unescape(string text)
    {
        int at = text.IndexOf("_x", StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        int from = 0;
        while (at >= 0)
        {
            if (at + 7 <= text.Length && text[at + 6] == '_' && int.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
            {
                plain.Append(text, from, at - from).Append((char)code);
                from = at + 7;
                at = text.IndexOf("_x", from, StringComparison.Ordinal);
            }
            else
            {
                at = text.IndexOf("_x", at + 2, StringComparison.Ordinal);
            }
        }

        return plain.Append(text, from, text.Length - from).ToString();
    }

    private static int Column(string reference)
    {
        int column = 0;
        foreach (char sign in reference)
        {
            if (!char.IsAsciiLetterUpper(sign) || column > RecordReader.MaxCells)
            {
                break;
            }

            column = (column * 26) + sign - 'A' + 1;
        }

        return column - 1;
    }

    private FeedException Damaged(Exception? exception) =>
        FeedException.Of("FEED-013", _where, "a workbook that cannot be read", "a whole workbook (XLSX)", "Ask the sender for the file again; a protected workbook is to be sent without its password.", exception);
}
