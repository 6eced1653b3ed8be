namespace Warehouse.Etl.Extract;

/// <summary>The records of a delimited text.</summary>
internal sealed class DelimitedSource : ICellSource
{
    private readonly Stream _stream;
    private readonly RecordReader _reader;
    private readonly TextDecoder _decoder;
    private readonly bool? _isBigEndian;
    private readonly byte[] _scratch = new byte[TextDecoder.MaxCellBytes];

    public DelimitedSource(Stream stream, byte delimiter, TextDecoder decoder, bool? isBigEndian, string where)
    {
        _isBigEndian = isBigEndian;
        _stream = isBigEndian is { } big ? new Utf16Stream(stream, big, where) : stream;
        _reader = new RecordReader(_stream, delimiter);
        _decoder = decoder;
    }

    public bool HasByteOrderMark => _reader.HasByteOrderMark;

    public int Line => _reader.Line;

    public int CellCount => _reader.CellCount;

    public bool IsMalformed => _reader.IsMalformed;

    public bool IsTooLong => _reader.IsTooLong;

    public bool Read() => _reader.Read();

    public int Text(int cell, Span<char> buffer, out TextMarks marks)
    {
        Cell place = _reader.Cells[cell];
        if (place.Length > TextDecoder.MaxCellBytes)
        {
            marks = TextMarks.None;
            return -2;
        }

        return _decoder.Decode(_reader.Content(place, _scratch), buffer, out marks);
    }

    public byte[] Raw() => Original(_reader.Raw);

    public byte[] Bytes(int cell)
    {
        Cell place = _reader.Cells[cell];
        return place.Length > TextDecoder.MaxCellBytes ? [] : Original(_reader.Content(place, _scratch));
    }

    public void Dispose() => _stream.Dispose();

    private byte[] Original(ReadOnlySpan<byte> bytes) => _isBigEndian is { } big ? Utf16Stream.Original(bytes, big) : bytes.ToArray();
}
