namespace Warehouse.Etl.Extract;

/// <summary>Reads a UTF-16 file as UTF-8, so that it can be split by bytes; nothing is lost.</summary>
/// <remarks>
/// A surrogate without its partner becomes the three bytes that UTF-8 forbids for it: the decoder of the cell sees the fault, and <see cref="Original"/> gives the
/// bytes of the file back. A byte order mark is taken away. Cost: one pass, two fixed buffers.
/// </remarks>
public sealed class Utf16Stream : Stream
{
    private readonly Stream _inner;
    private readonly bool _isBigEndian;
    private readonly string _where;
    private readonly byte[] _in = new byte[1 << 15];
    private readonly byte[] _out = new byte[(3 << 14) + 8];
    private int _have;
    private int _at;
    private int _end;
    private int _high = -1;
    private bool _atStart = true;
    private bool _ended;

    /// <summary>Makes a stream over the bytes of a UTF-16 file.</summary>
    public Utf16Stream(Stream inner, bool isBigEndian, string where)
    {
        _inner = inner;
        _isBigEndian = isBigEndian;
        _where = where;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Returns the bytes of the file that became these bytes.</summary>
    public static byte[] Original(ReadOnlySpan<byte> utf8, bool isBigEndian)
    {
        List<byte> bytes = new(utf8.Length * 2);
        int at = 0;
        while (at < utf8.Length)
        {
            int lead = utf8[at];
            int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            int point = length switch { 1 => lead, 2 => lead & 0x1F, 3 => lead & 0x0F, _ => lead & 0x07 };
            for (int i = 1; i < length && at + i < utf8.Length; i++)
            {
                point = (point << 6) | (utf8[at + i] & 0x3F);
            }

            at += length;
            if (point > 0xFFFF)
            {
                Put(0xD800 + ((point - 0x10000) >> 10));
                Put(0xDC00 + ((point - 0x10000) & 0x3FF));
            }
            else
            {
                Put(point);
            }
        }

        return [.. bytes];

        void Put(int unit)
        {
            bytes.Add((byte)(isBigEndian ? unit >> 8 : unit));
            bytes.Add((byte)(isBigEndian ? unit : unit >> 8));
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_at == _end && !_ended)
        {
            Fill();
        }

        int count = Math.Min(buffer.Length, _end - _at);
        _out.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _at = _end = 0;
        int read = _inner.Read(_in, _have, _in.Length - _have);
        if (read == 0)
        {
            if (_have == 1)
            {
                throw FeedException.Of("FEED-006", _where, "an odd count of bytes", "UTF-16 of two bytes a sign", "The file is cut off or not UTF-16: ask the sender for it again.");
            }

            if (_high >= 0)
            {
                Put(_high);
                _high = -1;
            }

            _ended = true;
            return;
        }

        int have = _have + read;
        int at = 0;
        for (; at + 1 < have; at += 2)
        {
            int unit = _isBigEndian ? (_in[at] << 8) | _in[at + 1] : _in[at] | (_in[at + 1] << 8);
            if (_atStart)
            {
                _atStart = false;
                if (unit == 0xFEFF)
                {
                    continue;
                }
            }

            if (_high >= 0)
            {
                if (unit is >= 0xDC00 and <= 0xDFFF)
                {
                    Put(0x10000 + ((_high - 0xD800) << 10) + unit - 0xDC00);
                    _high = -1;
                    continue;
                }

                Put(_high);
                _high = -1;
            }

            if (unit is >= 0xD800 and <= 0xDBFF)
            {
                _high = unit;
            }
            else
            {
                Put(unit);
            }
        }

        _have = have - at;
        if (_have == 1)
        {
            _in[0] = _in[at];
        }
    }

    private void Put(int point)
    {
        if (point < 0x80)
        {
            _out[_end++] = (byte)point;
        }
        else if (point < 0x800)
        {
            _out[_end++] = (byte)(0xC0 | (point >> 6));
            _out[_end++] = (byte)(0x80 | (point & 0x3F));
        }
        else if (point < 0x10000)
        {
            _out[_end++] = (byte)(0xE0 | (point >> 12));
            _out[_end++] = (byte)(0x80 | ((point >> 6) & 0x3F));
            _out[_end++] = (byte)(0x80 | (point & 0x3F));
        }
        else
        {
            _out[_end++] = (byte)(0xF0 | (point >> 18));
            _out[_end++] = (byte)(0x80 | ((point >> 12) & 0x3F));
            _out[_end++] = (byte)(0x80 | ((point >> 6) & 0x3F));
            _out[_end++] = (byte)(0x80 | (point & 0x3F));
        }
    }
}
