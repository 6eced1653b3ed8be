using System.Buffers;

namespace Warehouse.Etl.Link.Names;

/// <summary>Collects characters on the caller's stack and goes to the pool when they do not fit.</summary>
internal ref struct CharBuffer(Span<char> initial)
{
    private Span<char> _chars = initial;
    private char[]? _rented;

    /// <summary>Gets the number of characters so far.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the characters so far.</summary>
    public readonly ReadOnlySpan<char> Text => _chars[..Length];

    /// <summary>Gets the last character, or U+0000 when there is none.</summary>
    public readonly char Last => Length == 0 ? '\0' : _chars[Length - 1];

    /// <summary>Adds one character.</summary>
    public void Append(char sign)
    {
        if (Length == _chars.Length)
        {
            Grow(1);
        }

        _chars[Length++] = sign;
    }

    /// <summary>Adds several characters.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (Length + text.Length > _chars.Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(_chars[Length..]);
        Length += text.Length;
    }

    /// <summary>Puts another character in the place of the last.</summary>
    public readonly void ReplaceLast(char sign) => _chars[Length - 1] = sign;

    /// <summary>Forgets what comes after a length.</summary>
    public void CutTo(int length) => Length = Math.Min(Length, length);

    /// <summary>Gives a rented array back; the buffer is not used after it.</summary>
    public readonly void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }
    }

    private void Grow(int more)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(_chars.Length * 2, Length + more));
        _chars[..Length].CopyTo(larger);
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }

        _rented = larger;
        _chars = larger;
    }
}
