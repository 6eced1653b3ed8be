using System.Globalization;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;

namespace Warehouse.Etl.Link.Engine;

/// <summary>A delimited file in memory, each distinct value of a column once.</summary>
/// <remarks>Encoding and delimiter are found from the bytes (UTF-8, CP932, UTF-16LE; comma, tab, semicolon, bar). Cells are trimmed. Memory: 4 bytes a cell and the distinct values.</remarks>
public sealed class LinkFile
{
    // Above this share the file is not what its header says.
    private const double MostBrokenRows = 0.05;

    private LinkFile(string name, IReadOnlyList<string> headers, IReadOnlyList<(int[] Codes, IReadOnlyList<string> Values)> columns, int rows, int broken, string form)
    {
        Name = name;
        Headers = headers;
        Columns = columns;
        Rows = rows;
        BrokenRows = broken;
        Form = form;
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>The headers.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<(int[] Codes, IReadOnlyList<string> Values)> Columns { get; }

    /// <summary>The count of rows below the header.</summary>
    public int Rows { get; }

    /// <summary>Rows that were left out because their cells are not as many as the headers, or not readable.</summary>
    public int BrokenRows { get; }

    /// <summary>Encoding and delimiter, for people.</summary>
    public string Form { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FeedException">It is no delimited text with a header.</exception>
    /// <exception cref="ArgumentException">It has no rows, or too many are broken.</exception>
    public static LinkFile Read(string path)
    {
        FileProbe probe = FileProbe.Read(path);
        string name = Path.GetFileName(path);
        TextDecoder decoder = probe.Decoder;
        RecordReader reader = new(probe.Bytes, probe.Bytes.Length, (byte)probe.Delimiter);
        Column[] columns = [.. probe.Headers.Select(_ => new Column())];
        byte[] scratch = new byte[RecordReader.MaxRecordBytes];
        char[] text = new char[RecordReader.MaxRecordBytes];
        int rows = 0;
        int broken = 0;
        int firstBroken = 0;
        while (reader.Read())
        {
            if (reader.Line <= probe.HeaderLine)
            {
                continue;
            }

            if (reader.CellCount != columns.Length || reader.IsMalformed || reader.IsTooLong || !Add(reader, decoder, columns, scratch, text))
            {
                broken++;
                firstBroken = firstBroken == 0 ? reader.Line : firstBroken;
                continue;
            }

            rows++;
        }

        if (rows == 0 || broken > MostBrokenRows * (rows + broken))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: found {rows} readable rows and {broken} others{(broken > 0 ? $", the first at line {firstBroken}" : "")}; expected rows of {columns.Length} cells below the header."));
        }

        return new LinkFile(name, probe.Headers, [.. columns.Select(column => column.Close())], rows, broken, $"{probe.Encoding}, {(probe.Delimiter == '\t' ? "tab" : probe.Delimiter.ToString())}");
    }

    /// <summary>Returns the register that a mapping makes of the file.</summary>
    public LinkRegister Register(LinkMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        int id = mapping.Id is null ? -1 : Headers.ToList().IndexOf(mapping.Id);
        string[] ids = new string[Rows];
        for (int i = 0; i < Rows; i++)
        {
            ids[i] = id >= 0 ? Columns[id].Values[Columns[id].Codes[i]] : (i + 1).ToString(CultureInfo.InvariantCulture);
        }

        List<LinkColumn> columns = [];
        for (int i = 0; i < mapping.Columns.Count; i++)
        {
            ColumnUse use = mapping.Columns[i];
            if (use.Kind != LinkKind.Ignore)
            {
                columns.Add(new LinkColumn(use.Kind, use.Field, Columns[i].Codes, Columns[i].Values));
            }
        }

        return new LinkRegister(Name, ids, columns);
    }

    private static bool Add(RecordReader reader, TextDecoder decoder, Column[] columns, byte[] scratch, char[] text)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            int length = decoder.Decode(reader.Content(reader.Cells[i], scratch), text);
            if (length < 0)
            {
                for (int k = 0; k < i; k++)
                {
                    columns[k].TakeBack();
                }

                return false;
            }

            columns[i].Add(text.AsSpan(0, length).Trim());
        }

        return true;
    }

    private sealed class Column
    {
        private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal) { [""] = 0 };
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private readonly List<string> _values = [""];
        private readonly List<int> _cells = [];

        internal Column() => _lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();

        internal void Add(ReadOnlySpan<char> text)
        {
            if (!_lookup.TryGetValue(text, out int code))
            {
                string value = new(text);
                code = _values.Count;
                _values.Add(value);
                _codes[value] = code;
            }

            _cells.Add(code);
        }

        internal void TakeBack() => _cells.RemoveAt(_cells.Count - 1);

        internal (int[] Codes, IReadOnlyList<string> Values) Close() => ([.. _cells], _values);
    }
}
