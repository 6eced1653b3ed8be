using System.Buffers.Binary;
using System.Globalization;
using System.Security;
using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.City;

/// <summary>The one sheet of a workbook (ECMA-376, transitional) as an office saves it: days as day cells, numbers as numbers, cells merged with the one above.</summary>
/// <remarks>Memory: the rows. The parts are stored, not compressed, and bear no time, so that the same rows give the same bytes on every machine.</remarks>
internal sealed class WorkbookSheet
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/";
    private const string Sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.";

    /// <summary>Stands for a cell that is merged with the one above.</summary>
    public const string Merged = "\u0004";

    // The style of a day cell: number format 14, the day as the reader's own country writes it.
    private const string DayStyle = " s=\"1\"";

    private static readonly uint[] Crc = MakeCrc();
    private static readonly int FirstSerial = new DateOnly(1899, 12, 30).DayNumber;

    private readonly DateShape _shape;
    private readonly FeedColumn?[] _columns;
    private readonly StringBuilder _rows = new();
    private readonly List<string> _merged = [];
    private readonly int[] _top;
    private int _line;

    public WorkbookSheet(FeedContract contract, DateShape shape, string[] header)
    {
        _shape = shape;
        _columns = [.. header.Select(name => contract.Columns.FirstOrDefault(column => column.Header == name || column.Aliases.Contains(name, StringComparer.Ordinal)))];
        _top = new int[header.Length];
        Add(header);
    }

    /// <summary>Appends a row.</summary>
    public void Add(string[] fields)
    {
        _line++;
        _rows.Append(CultureInfo.InvariantCulture, $"<row r=\"{_line}\">");
        for (int i = 0; i < fields.Length; i++)
        {
            string text = fields[i];
            if (text == Merged)
            {
                continue;
            }

            if (i < _columns.Length)
            {
                EndMerge(i, _line - 1);
                _top[i] = _line;
            }

            if (text.Length > 0)
            {
                Cell(Name(i) + _line.ToString(CultureInfo.InvariantCulture), text, _line > 1 && i < _columns.Length ? _columns[i] : null);
            }
        }

        _rows.Append("</row>");
    }

    /// <summary>Returns the workbook.</summary>
    public byte[] ToBytes()
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            EndMerge(i, _line);
        }

        string merged = _merged.Count == 0 ? "" : $"<mergeCells count=\"{_merged.Count.ToString(CultureInfo.InvariantCulture)}\">{string.Concat(_merged.Select(range => $"<mergeCell ref=\"{range}\"/>"))}</mergeCells>";
        return Archive(
        [
            ("[Content_Types].xml", $"<Types xmlns=\"{Package}content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + $"<Override PartName=\"/xl/workbook.xml\" ContentType=\"{Sheet}sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{Sheet}styles+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{Sheet}worksheet+xml\"/></Types>"),
            ("_rels/.rels", $"<Relationships xmlns=\"{Package}relationships\"><Relationship Id=\"rId1\" Type=\"{Relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
            ("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relation}\"><sheets><sheet name=\"一覧\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}relationships\"><Relationship Id=\"rId1\" Type=\"{Relation}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{Relation}/styles\" Target=\"styles.xml\"/></Relationships>"),
            ("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"),
            ("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{_rows}</sheetData>{merged}</worksheet>"),
        ]);
    }

    private void EndMerge(int column, int last)
    {
        if (_top[column] > 1 && last > _top[column])
        {
            _merged.Add(string.Create(CultureInfo.InvariantCulture, $"{Name(column)}{_top[column]}:{Name(column)}{last}"));
        }
    }

    private void Cell(string place, string text, FeedColumn? column)
    {
        bool isDate = column?.Parser is ParserKind.Date or ParserKind.EraDate;
        if (column is not null && text[0] == '=')
        {
            _rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{place}\" t=\"str\"><f>{SecurityElement.Escape(text[1..])}</f><v>0</v></c>");
        }
        else if (column is not null && text == "#N/A")
        {
            _rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{place}\" t=\"e\"><v>{text}</v></c>");
        }
        else if (isDate && CityDates.Read(text, _shape) is int day and > 0)
        {
            _rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{place}\"{DayStyle}><v>{day - FirstSerial}</v></c>");
        }
        else if ((isDate || column?.Parser is ParserKind.Integer or ParserKind.ResidentNumber) && text.Length is > 0 and < 15 && text[0] is >= '1' and <= '9' && text.All(char.IsAsciiDigit))
        {
            _rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{place}\"><v>{text}</v></c>");
        }
        else
        {
            _rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{Escape(text)}</t></is></c>");
        }
    }

    // Characters that XML does not hold are written as spreadsheets write them (ST_Xstring).
    private static string Escape(string text) =>
        string.Concat(SecurityElement.Escape(text).Select(sign => sign < ' ' && sign is not ('\t' or '\n' or '\r') ? string.Create(CultureInfo.InvariantCulture, $"_x{(int)sign:X4}_") : sign.ToString()));

    private static string Name(int column) => column < 26 ? ((char)('A' + column)).ToString() : Name((column / 26) - 1) + (char)('A' + (column % 26));

    // ZIP with stored parts (APPNOTE 6.3.3), dated 1980-01-01.
    private static byte[] Archive(IReadOnlyList<(string Name, string Xml)> parts)
    {
        MemoryStream archive = new();
        MemoryStream directory = new();
        foreach ((string name, string xml) in parts)
        {
            byte[] label = Encoding.ASCII.GetBytes(name);
            byte[] content = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n" + xml);
            uint crc = Sum(content);
            uint at = (uint)archive.Position;
            Write(archive, [(0x04034B50, 4), (20, 2), (0, 2), (0, 2), (0, 2), (0x21, 2), (crc, 4), ((uint)content.Length, 4), ((uint)content.Length, 4), ((uint)label.Length, 2), (0, 2)]);
            archive.Write(label);
            archive.Write(content);
            Write(directory, [(0x02014B50, 4), (20, 2), (20, 2), (0, 2), (0, 2), (0, 2), (0x21, 2), (crc, 4), ((uint)content.Length, 4), ((uint)content.Length, 4), ((uint)label.Length, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 4), (at, 4)]);
            directory.Write(label);
        }

        uint start = (uint)archive.Position;
        archive.Write(directory.ToArray());
        Write(archive, [(0x06054B50, 4), (0, 2), (0, 2), ((uint)parts.Count, 2), ((uint)parts.Count, 2), ((uint)directory.Length, 4), (start, 4), (0, 2)]);
        return archive.ToArray();
    }

    private static void Write(MemoryStream stream, ReadOnlySpan<(uint Value, int Bytes)> fields)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach ((uint value, int count) in fields)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            stream.Write(bytes[..count]);
        }
    }

    private static uint Sum(ReadOnlySpan<byte> content)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in content)
        {
            crc = Crc[(byte)(crc ^ one)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrc()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
