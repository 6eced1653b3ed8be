namespace Warehouse.Etl.Extract;

/// <summary>The place of one cell in the buffer of a reader; holds until the next record is read.</summary>
/// <param name="Start">The first byte of the content, after an opening quote.</param>
/// <param name="Length">The count of bytes, without quotes.</param>
/// <param name="HasDoubledQuote">Whether the content holds doubled quotes that stand for one.</param>
public readonly record struct Cell(int Start, int Length, bool HasDoubledQuote);

/// <summary>Splits the bytes of a delimited file into records and cells (RFC 4180), without decoding them.</summary>
/// <remarks>
/// Works on CP932, EUC and UTF-8 alike, because quote, comma, tab and line ends (22, 2C, 09, 0D, 0A) are never trail bytes in any of them.
/// Memory: one buffer, never larger than <see cref="MaxRecordBytes"/> whatever the file holds. A quote that is misplaced or never closed costs its own line only: the
/// record ends at the end of its first line and reading goes on behind it. A longer line is passed over to its end with <see cref="IsTooLong"/> and the head kept.
/// Cost: one pass; no allocation per record. Errors: those of the stream.
/// </remarks>
public sealed class RecordReader
{
    /// <summary>The most bytes of one record.</summary>
    public const int MaxRecordBytes = 1 << 20;

    /// <summary>The most cells of one record; a longer one is malformed.</summary>
    public const int MaxCells = 1 << 14;

    private const int FirstBlock = 1 << 18;

    // Of a line that is too long this much is kept.
    private const int KeptHead = 1 << 16;

    private readonly Stream? _stream;
    private readonly byte _delimiter;
    private byte[] _bytes;
    private int _length;
    private bool _ended;
    private Cell[] _cells = new Cell[32];
    private int _start;
    private int _end;
    private int _at;
    private int _nextLine = 1;

    /// <summary>Makes a reader over the first <paramref name="length"/> bytes; a byte order mark of UTF-8 is skipped.</summary>
    public RecordReader(byte[] bytes, int length, byte delimiter)
    {
        _bytes = bytes;
        _length = length;
        _delimiter = delimiter;
        _ended = true;
        SkipByteOrderMark();
    }

    /// <summary>Makes a reader over a stream; a byte order mark of UTF-8 is skipped.</summary>
    public RecordReader(Stream stream, byte delimiter)
    {
        _stream = stream;
        _bytes = new byte[FirstBlock];
        _delimiter = delimiter;
        while (_length < 3 && Fill(0) > 0)
        {
        }

        SkipByteOrderMark();
    }

    /// <summary>Whether the file starts with the byte order mark of UTF-8.</summary>
    public bool HasByteOrderMark { get; private set; }

    /// <summary>The line of the file, from 1, on which the current record starts.</summary>
    public int Line { get; private set; }

    /// <summary>Whether a quote of the current record is misplaced or never closed.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether the current record is longer than <see cref="MaxRecordBytes"/>; <see cref="Raw"/> is its head.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The bytes of the current record, with those that were passed over.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The cells of the current record.</summary>
    public ReadOnlySpan<Cell> Cells => _cells.AsSpan(0, CellCount);

    /// <summary>The count of cells of the current record.</summary>
    public int CellCount { get; private set; }

    /// <summary>The original bytes of the current record, without its line end.</summary>
    public ReadOnlySpan<byte> Raw => _bytes.AsSpan(_start, _end - _start);

    /// <summary>The most bytes that the buffer has held.</summary>
    public int BufferBytes => _bytes.Length;

    /// <summary>Moves to the next record; blank lines are skipped.</summary>
    public bool Read()
    {
        while (true)
        {
            if (_at >= _length && (_ended || Fill(_at) == 0))
            {
                return false;
            }

            if (ReadOne())
            {
                return true;
            }
        }
    }

    /// <summary>Returns the content of a cell; doubled quotes are made single in <paramref name="scratch"/>, which holds at least the length of the cell.</summary>
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

    private void SkipByteOrderMark()
    {
        if (_length >= 3 && _bytes[0] == 0xEF && _bytes[1] == 0xBB && _bytes[2] == 0xBF)
        {
            _at = 3;
            HasByteOrderMark = true;
        }
    }

    // Reads on behind the bytes from keep on, which move to the front; returns the count of new bytes.
    private int Fill(int keep)
    {
        if (_ended)
        {
            return 0;
        }

        if (keep > 0)
        {
            _bytes.AsSpan(keep, _length - keep).CopyTo(_bytes);
            _length -= keep;
            _at -= keep;
        }
        else if (_length == _bytes.Length && _length < MaxRecordBytes)
        {
            Array.Resize(ref _bytes, Math.Min(_bytes.Length * 2, MaxRecordBytes));
        }

        int read = _length < _bytes.Length ? _stream!.Read(_bytes, _length, _bytes.Length - _length) : 0;
        _length += read;
        _ended |= read == 0 && _length < _bytes.Length;
        return read;
    }

    private bool ReadOne()
    {
        while (true)
        {
            Line = _nextLine;
            CellCount = 0;
            IsMalformed = false;
            IsTooLong = false;
            _start = _at;
            int at = Split(_at, out bool isOpen);
            bool isCut = at >= _length || (_bytes[at] == '\r' && at + 1 >= _length);
            if (!isCut || _ended)
            {
                return IsMalformed && (isOpen || _nextLine > Line) ? EndAtLine() : End(at);
            }

            if (_start == 0 && _length == _bytes.Length && _length >= MaxRecordBytes)
            {
                // A line end inside the buffer can only be inside quotes.
                int end = _bytes.AsSpan(0, _length).IndexOfAny((byte)'\n', (byte)'\r');
                return end >= 0 && end + 1 < _length ? EndAtLine() : PassOver();
            }

            // The record goes on behind the buffer: it is split again with more of it.
            _nextLine = Line;
            Fill(_start);
        }
    }

    private bool End(int at)
    {
        _end = at;
        if (at < _length && _bytes[at] == '\r')
        {
            at++;
        }

        if (at < _length && _bytes[at] == '\n')
        {
            at++;
        }

        _nextLine++;
        _at = at;
        ByteCount = _end - _start;
        return _end > _start;
    }

    // A quote that swallowed other lines: the record is its first line, and the others are read for themselves.
    private bool EndAtLine()
    {
        _nextLine = Line;
        IsMalformed = true;
        int end = _bytes.AsSpan(_start, _length - _start).IndexOfAny((byte)'\n', (byte)'\r');
        return End(end < 0 ? _length : _start + end);
    }

    private bool PassOver()
    {
        IsTooLong = true;
        IsMalformed = false;
        CellCount = 0;
        _nextLine = Line;
        byte[] head = _bytes[..KeptHead];
        long count = 0;
        int end;
        while ((end = _bytes.AsSpan(0, _length).IndexOfAny((byte)'\n', (byte)'\r')) < 0)
        {
            count += _length;
            _length = 0;
            _at = 0;
            if (Fill(0) == 0)
            {
                break;
            }
        }

        // The head comes before what is left in the buffer, so that Raw is one piece.
        int rest = end < 0 ? 0 : _length - end;
        count += Math.Max(end, 0);
        byte[] bytes = new byte[Math.Max(FirstBlock, KeptHead + rest)];
        head.CopyTo(bytes, 0);
        _bytes.AsSpan(_length - rest, rest).CopyTo(bytes.AsSpan(KeptHead));
        _bytes = bytes;
        _length = KeptHead + rest;
        _start = 0;
        if (rest == 1 && !_ended)
        {
            _at = KeptHead;
            FillBehind();
        }

        End(KeptHead);
        ByteCount = count;
        return true;
    }

    // Makes sure that a line end of two bytes is whole.
    private void FillBehind()
    {
        if (_length == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length + 1);
        }

        int read = _stream!.Read(_bytes, _length, _bytes.Length - _length);
        _length += read;
        _ended |= read == 0;
    }

    // Returns the place behind the record's last cell.
    private int Split(int at, out bool isOpen)
    {
        byte[] bytes = _bytes;
        isOpen = false;
        while (true)
        {
            if (at < _length && bytes[at] == '"')
            {
                at = SplitQuoted(at, out isOpen);
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

            return at;
        }
    }

    private int SplitQuoted(int at, out bool isOpen)
    {
        int from = at + 1;
        bool doubled = false;
        isOpen = false;
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

            if (_bytes[at] == '\n' || (_bytes[at] == '\r' && at + 1 < _length && _bytes[at + 1] != '\n'))
            {
                _nextLine++;
            }

            at++;
        }

        Add(new Cell(from, at - from, doubled));
        if (at >= _length)
        {
            isOpen = true;
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
        if (CellCount == MaxCells)
        {
            IsMalformed = true;
            return;
        }

        if (CellCount == _cells.Length)
        {
            Array.Resize(ref _cells, _cells.Length * 2);
        }

        _cells[CellCount++] = cell;
    }
}
