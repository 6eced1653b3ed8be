namespace Warehouse.Etl.Link.Names;

/// <summary>Keeps one value for each distinct text, found without making the text a string.</summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <remarks>Not thread-safe: one pool for each thread. Values are numbered from 0 in the order of their first appearance.</remarks>
public sealed class TextPool<T>(Func<string, int, T> make)
{
    private int[] _slots = [.. Enumerable.Repeat(-1, 1024)];
    private Entry[] _entries = new Entry[512];

    /// <summary>Gets the number of distinct texts.</summary>
    public int Count { get; private set; }

    /// <summary>Returns the value of a text, made at its first appearance.</summary>
    public T Get(ReadOnlySpan<char> text)
    {
        uint hash = Hash(text);
        int mask = _slots.Length - 1;
        for (int at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            int index = _slots[at];
            if (index < 0)
            {
                break;
            }

            ref readonly Entry entry = ref _entries[index];
            if (entry.Hash == hash && text.SequenceEqual(entry.Text))
            {
                return entry.Value;
            }
        }

        string kept = text.ToString();
        T made = make(kept, Count);
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count++] = new Entry(hash, kept, made);
        if (Count * 2 > _slots.Length)
        {
            _slots = [.. Enumerable.Repeat(-1, _slots.Length * 2)];
            for (int i = 0; i < Count; i++)
            {
                Place(i);
            }
        }
        else
        {
            Place(Count - 1);
        }

        return made;
    }

    // FNV-1a over the units, folded once more so that the low bits are good. Own, so that a run is the same everywhere.
    private static uint Hash(ReadOnlySpan<char> text)
    {
        uint hash = 2166136261;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 16777619;
        }

        hash ^= hash >> 15;
        return hash * 0x2C1B3C6D;
    }

    private void Place(int index)
    {
        int mask = _slots.Length - 1;
        int at = (int)_entries[index].Hash & mask;
        while (_slots[at] >= 0)
        {
            at = (at + 1) & mask;
        }

        _slots[at] = index;
    }

    private readonly record struct Entry(uint Hash, string Text, T Value);
}
