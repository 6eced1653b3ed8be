namespace Warehouse.Etl.City.Registers;

/// <summary>A column of texts in one block of characters.</summary>
/// <remarks>Memory: 2 bytes for a character and 4 for a text. Up to 2³¹ − 1 characters.</remarks>
public sealed class TextColumn
{
    private char[] _chars = new char[256];
    private int[] _ends = new int[32];

    /// <summary>Gets the number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>Returns a text; empty where the register has none.</summary>
    public ReadOnlySpan<char> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
            int start = row == 0 ? 0 : _ends[row - 1];
            return _chars.AsSpan(start, _ends[row] - start);
        }
    }

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        int start = Count == 0 ? 0 : _ends[Count - 1];
        Ensure(start + text.Length, Count + 1);
        text.CopyTo(_chars.AsSpan(start));
        _ends[Count++] = start + text.Length;
    }

    /// <summary>Adds all texts of another column.</summary>
    public void Append(TextColumn other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int start = Count == 0 ? 0 : _ends[Count - 1];
        int length = other.Count == 0 ? 0 : other._ends[other.Count - 1];
        Ensure(start + length, Count + other.Count);
        other._chars.AsSpan(0, length).CopyTo(_chars.AsSpan(start));
        for (int i = 0; i < other.Count; i++)
        {
            _ends[Count + i] = start + other._ends[i];
        }

        Count += other.Count;
    }

    private void Ensure(int chars, int texts)
    {
        if (chars > _chars.Length)
        {
            Array.Resize(ref _chars, (int)Math.Min(Array.MaxLength, Math.Max(chars, _chars.Length * 2L)));
        }

        if (texts > _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(texts, _ends.Length * 2));
        }
    }
}
