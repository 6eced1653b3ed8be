namespace Warehouse.Tests.Etl;

/// <summary>A file of three lines whose second one is as long as wanted; it is made while it is read.</summary>
internal sealed class LongLineStream(long size, bool isQuoted, bool lineEnd) : Stream
{
    private static readonly byte[] Head = "first\r\n"u8.ToArray();
    private readonly byte[] _tail = lineEnd ? "\r\nlast\r\n"u8.ToArray() : [];
    private long _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => Head.Length + size + _tail.Length;

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int written = 0;
        while (written < count && _at < Length)
        {
            if (_at < Head.Length)
            {
                buffer[offset + written++] = Head[_at++];
            }
            else if (_at < Head.Length + size)
            {
                int part = (int)Math.Min(count - written, Head.Length + size - _at);
                buffer.AsSpan(offset + written, part).Fill((byte)'x');
                if (isQuoted && _at == Head.Length)
                {
                    buffer[offset + written] = (byte)'"';
                }

                written += part;
                _at += part;
            }
            else
            {
                buffer[offset + written++] = _tail[_at++ - Head.Length - size];
            }
        }

        return written;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
