namespace Warehouse.Etl.Extract;

/// <summary>The place of one cell in the bytes of a file.</summary>
/// <param name="Start">The first byte of the content, after an opening quote.</param>
/// <param name="Length">The count of bytes, without quotes.</param>
/// <param name="HasDoubledQuote">Whether the content holds doubled quotes that stand for one.</param>
public readonly record struct Cell(int Start, int Length, bool HasDoubledQuote);

/// <summary>Splits the bytes of a delimited file into records and cells (RFC 4180), without decoding them.</summary>
/// <remarks>
/// Works on CP932 and UTF-8 alike, because quote, comma and line ends (22, 2C, 0D, 0A) are never trail bytes in either.
/// Cost: one pass; one reused list of cells; no allocation per record.
/// </remarks>
public sealed class RecordReader
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly byte _delimiter;
    private Cell[] _cells = new Cell[32];
    private int _at;
    private int _nextLine = 1;

    /// <summary>Makes a reader over the first <paramref name="length"/> bytes; a byte order mark of UTF-8 is skipped.</summary>
    public RecordReader(byte[] bytes, int length, byte delimiter)
    {
        _bytes = bytes;
        _length = length;
        _delimiter = delimiter;
        if (length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF)
        {
            _at = 3;
            HasByteOrderMark = true;
        }
    }

    /// <summary>Whether the file starts with the byte order mark of UTF-8.</summary>
    public bool HasByteOrderMark { get; }

    /// <summary>The line of the file, from 1, on which the current record starts.</summary>
    public int Line { get; private set; }

    /// <summary>Whether a quote of the current record is misplaced or never closed.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The cells of the current record.</summary>
    public ReadOnlySpan<Cell> Cells => _cells.AsSpan(0, CellCount);

    /// <summary>The count of cells of the current record.</summary>
    public int CellCount { get; private set; }

    /// <summary>The original bytes of the current record, without its line end.</summary>
    public ReadOnlySpan<byte> Raw => _bytes.AsSpan(_start, _end - _start);

    private int _start;
    private int _end;

    /// <summary>Moves to the next record; blank lines are skipped.</summary>
    public bool Read()
    {
        while (_at < _length)
        {
            if (ReadOne())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the content of a cell; doubled quotes are made single in <paramref name="scratch"/>.</summary>
    public ReadOnlySpan<byte> Content(Cell cell, byte[] scratch)
    {
        ReadOnlySpan<byte> content = _bytes.AsSpan(cell.Start, cell.Length);
        if (!cell.HasDoubledQuote)
        {
            return content;
        }

        int count = 0;
        for (int i = 0; i < content.Length; i++)
        {
            scratch[count++] = content[i];
            if (content[i] == '"' && i + 1 < content.Length && content[i + 1] == '"')
            {
                i++;
            }
        }

        return scratch.AsSpan(0, count);
    }

    private bool ReadOne()
    {
        _start = _at;
        Line = _nextLine;
        CellCount = 0;
        IsMalformed = false;
        byte[] bytes = _bytes;
        int at = _at;
        while (true)
        {
            if (at < _length && bytes[at] == '"')
            {
                at = ReadQuoted(at);
            }
            else
            {
                int from = at;
                while (at < _length && bytes[at] != _delimiter && bytes[at] is not ((byte)'\r' or (byte)'\n'))
                {
                    IsMalformed |= bytes[at] == '"';
                    at++;
                }

                Add(new Cell(from, at - from, false));
            }

            if (at < _length && bytes[at] == _delimiter)
            {
                at++;
                continue;
            }

            break;
        }

        _end = at;
        if (at < _length && bytes[at] == '\r')
        {
            at++;
        }

        if (at < _length && bytes[at] == '\n')
        {
            at++;
        }

        _nextLine++;
        _at = at;
        return _end > _start;
    }

    private int ReadQuoted(int at)
    {
        int from = at + 1;
        bool doubled = false;
        at = from;
        while (at < _length)
        {
            if (_bytes[at] == '"')
            {
                if (at + 1 < _length && _bytes[at + 1] == '"')
                {
                    doubled = true;
                    at += 2;
                    continue;
                }

                break;
            }

            if (_bytes[at] == '\n')
            {
                _nextLine++;
            }

            at++;
        }

        Add(new Cell(from, at - from, doubled));
        if (at >= _length)
        {
            IsMalformed = true;
            return at;
        }

        at++;
        while (at < _length && _bytes[at] != _delimiter && _bytes[at] is not ((byte)'\r' or (byte)'\n'))
        {
            IsMalformed = true;
            at++;
        }

        return at;
    }

    private void Add(Cell cell)
    {
        if (CellCount == _cells.Length)
        {
            Array.Resize(ref _cells, _cells.Length * 2);
        }

        _cells[CellCount++] = cell;
    }
}
