using System.Runtime.CompilerServices;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Compares two records of a table: four bits a field, <see cref="LinkField.Null"/> where one is missing.</summary>
internal sealed class LinkScorer
{
    private readonly LinkTable _table;
    private readonly LinkField[] _fields;
    private readonly int[] _codes;
    private readonly int _width;
    private readonly int _surname;
    private readonly int _given;
    private readonly ulong[][] _hashes;
    private readonly NameBook? _names;
    private readonly NameTokenBook? _tokens;
    private readonly NameBook?[] _books;

    internal LinkScorer(LinkTable table)
    {
        _table = table;
        _fields = [.. table.Fields];
        _codes = table.Codes;
        _width = _fields.Length;
        _hashes = table.Hashes;
        _tokens = table.Tokens;
        _books = [.. _fields.Select(static field => (field as NameField)?.Book)];
        _surname = Array.FindIndex(_fields, field => field.Role == FieldRole.Surname && field is NameField);
        _given = Array.FindIndex(_fields, field => field.Role == FieldRole.Given);
        _names = _surname < 0 ? null : ((NameField)_fields[_surname]).Book;
    }

    internal LinkTable Table => _table;

    /// <summary>Returns the level of one field in a pattern.</summary>
    internal static int Level(ulong pattern, int field) => (int)(pattern >> (4 * field)) & 15;

    /// <summary>Returns the pattern of two records.</summary>
    internal ulong Pattern(int left, int right, LevelCache cache)
    {
        ReadOnlySpan<int> a = _codes.AsSpan(left * _width, _width);
        ReadOnlySpan<int> b = _codes.AsSpan(right * _width, _width);
        ulong pattern = 0;
        for (int f = 0; f < a.Length; f++)
        {
            pattern |= (ulong)(uint)Level(f, a[f], b[f], cache) << (4 * f);
        }

        if (_surname < 0 || _given < 0)
        {
            return pattern;
        }

        return _tokens is not null && (_tokens.Has(left) || _tokens.Has(right)) ? Worded(pattern, left, right, a, b, cache) : Crossed(pattern, a, b, cache);
    }

    /// <summary>Fills in the patterns of many pairs.</summary>
    /// <remarks>Field by field over a few hundred pairs at a time: what a record points to lies anywhere in memory, and short loops let the processor wait for many of these places at once. The same as <see cref="Pattern"/>.</remarks>
    internal void Patterns(ReadOnlySpan<int> left, ReadOnlySpan<int> right, Span<ulong> patterns, LevelCache cache)
    {
        const int Most = 256;
        Span<int> a = stackalloc int[Most];
        Span<int> b = stackalloc int[Most];
        for (int from = 0; from < left.Length; from += Most)
        {
            int count = Math.Min(Most, left.Length - from);
            ReadOnlySpan<int> lefts = left.Slice(from, count);
            ReadOnlySpan<int> rights = right.Slice(from, count);
            Span<ulong> part = patterns.Slice(from, count);
            part.Clear();
            for (int f = 0; f < _width; f++)
            {
                for (int i = 0; i < count; i++)
                {
                    a[i] = _codes[(lefts[i] * _width) + f];
                    b[i] = _codes[(rights[i] * _width) + f];
                }

                Field(f, a[..count], b[..count], part, cache);
            }

            if (_surname < 0 || _given < 0)
            {
                continue;
            }

            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<int> x = _codes.AsSpan(lefts[i] * _width, _width);
                ReadOnlySpan<int> y = _codes.AsSpan(rights[i] * _width, _width);
                part[i] = _tokens is not null && (_tokens.Has(lefts[i]) || _tokens.Has(rights[i])) ? Worded(part[i], lefts[i], rights[i], x, y, cache) : Crossed(part[i], x, y, cache);
            }
        }
    }

    // One field of some pairs; each kind of field has a loop of its own, so that its comparison is called directly.
    private void Field(int f, ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<ulong> patterns, LevelCache cache)
    {
        int shift = 4 * f;
        switch (_fields[f])
        {
            case NameField names:
                NameBook book = names.Book;
                for (int i = 0; i < a.Length; i++)
                {
                    int level = a[i] == 0 || b[i] == 0 ? LinkField.Null : a[i] == b[i] ? names.Self(a[i]) : book.IsFar(a[i], b[i]) ? NameField.Differs : cache.Level(f, names, _hashes[f], a[i], b[i]);
                    patterns[i] |= (ulong)(uint)level << shift;
                }

                break;
            case DateField dates:
                for (int i = 0; i < a.Length; i++)
                {
                    int level = a[i] == 0 || b[i] == 0 ? LinkField.Null : a[i] == b[i] ? dates.Self(a[i]) : dates.Compare(a[i], b[i]);
                    patterns[i] |= (ulong)(uint)level << shift;
                }

                break;
            case AddressField addresses:
                for (int i = 0; i < a.Length; i++)
                {
                    int level = a[i] == 0 || b[i] == 0 ? LinkField.Null : a[i] == b[i] ? addresses.Self(a[i]) : addresses.Compare(a[i], b[i]);
                    patterns[i] |= (ulong)(uint)level << shift;
                }

                break;
            case CodeField codes:
                for (int i = 0; i < a.Length; i++)
                {
                    int level = a[i] == 0 || b[i] == 0 ? LinkField.Null : a[i] == b[i] ? codes.Self(a[i]) : codes.Compare(a[i], b[i]);
                    patterns[i] |= (ulong)(uint)level << shift;
                }

                break;
            default:
                for (int i = 0; i < a.Length; i++)
                {
                    patterns[i] |= (ulong)(uint)Level(f, a[i], b[i], cache) << shift;
                }

                break;
        }
    }

    // Names of several words that are not equal part by part: their words are compared, whatever their order.
    private ulong Worded(ulong pattern, int left, int right, ReadOnlySpan<int> a, ReadOnlySpan<int> b, LevelCache cache)
    {
        if (Level(pattern, _surname) is >= NameField.KanaOnly and not LinkField.Null && Level(pattern, _given) is >= NameField.KanaOnly and not LinkField.Null)
        {
            return pattern;
        }

        int level = _tokens!.Compare(left, a[_surname], a[_given], right, b[_surname], b[_given], out _);
        return level == 0 ? Crossed(pattern, a, b, cache) : WithCrossed(pattern, level);
    }

    private ulong WithCrossed(ulong pattern, int level)
    {
        ulong mask = (15UL << (4 * _surname)) | (15UL << (4 * _given));
        return (pattern & ~mask) | ((ulong)level << (4 * _surname)) | (15UL << (4 * _given));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Level(int field, int a, int b, LevelCache cache)
    {
        if (a == 0 || b == 0)
        {
            return LinkField.Null;
        }

        if (a == b)
        {
            return _fields[field].Self(a);
        }

        if (_books[field] is { } book && book.IsFar(a, b))
        {
            return NameField.Differs;
        }

        LinkField compared = _fields[field];
        return compared.IsCostly ? cache.Level(field, compared, _hashes[field], a, b) : compared.Compare(a, b);
    }

    // Family and given name in each other's place count once, at the family name; the given name then says nothing more.
    private ulong Crossed(ulong pattern, ReadOnlySpan<int> a, ReadOnlySpan<int> b, LevelCache cache)
    {
        int surname = Level(pattern, _surname);
        int given = Level(pattern, _given);
        if (surname is >= NameField.Similar and not LinkField.Null || given is >= NameField.Similar and not LinkField.Null)
        {
            return pattern;
        }

        bool mayFirst = a[_surname] != 0 && b[_given] != 0 && _names!.MayCross(a[_surname], b[_given]);
        bool maySecond = a[_given] != 0 && b[_surname] != 0 && _names!.MayCross(a[_given], b[_surname]);
        if (!mayFirst && !maySecond)
        {
            return pattern;
        }

        // Both names stand in one book, so a family name may be compared with a given one.
        int first = Level(_surname, a[_surname], b[_given], cache);
        int second = Level(_surname, a[_given], b[_surname], cache);
        bool isFirst = first is >= NameField.Similar and not LinkField.Null;
        bool isSecond = second is >= NameField.Similar and not LinkField.Null;
        int crossed = isFirst && isSecond ? NameField.Swapped
            : (isFirst && second == LinkField.Null && first >= NameField.Bridge) || (isSecond && first == LinkField.Null && second >= NameField.Bridge) ? NameField.Crossed : 0;
        return crossed == 0 ? pattern : WithCrossed(pattern, crossed);
    }
}

/// <summary>Levels of the last value pairs of one thread; a pure function is cached, so results do not depend on it.</summary>
internal sealed class LevelCache
{
    private const int Bits = 15;

    // Two codes of 30 bits and a level of four.
    private readonly ulong[]?[] _slots = new ulong[LinkTableBuilder.MostFields][];

    /// <summary>Returns the level of two values, from the cache where it holds them.</summary>
    /// <remarks>Codes follow the order of the rows, and Jaro's measure is not quite symmetric: values are compared in the order of their content.</remarks>
    internal int Level(int field, LinkField compared, ulong[] hashes, int a, int b)
    {
        ulong key = a < b ? ((ulong)(uint)a << 34) | ((ulong)(uint)b << 4) : ((ulong)(uint)b << 34) | ((ulong)(uint)a << 4);
        ref ulong slot = ref (_slots[field] ??= new ulong[1 << Bits])[(int)((key * 0x9E3779B97F4A7C15UL) >> (64 - Bits))];
        if ((slot & ~15UL) != key)
        {
            slot = key | (ulong)(uint)(hashes[a] <= hashes[b] ? compared.Compare(a, b) : compared.Compare(b, a));
        }

        return (int)(slot & 15);
    }
}

/// <summary>Candidate pairs with their patterns.</summary>
internal sealed class PairChunk(int capacity)
{
    internal int[] Left { get; private set; } = new int[capacity];

    internal int[] Right { get; private set; } = new int[capacity];

    internal ulong[] Patterns { get; private set; } = [];

    internal int Count { get; private set; }

    internal void Add(int left, int right)
    {
        if (Count == Left.Length)
        {
            int size = Math.Max(64, Count + (Count / 2));
            int[] lefts = Left;
            int[] rights = Right;
            Array.Resize(ref lefts, size);
            Array.Resize(ref rights, size);
            (Left, Right) = (lefts, rights);
        }

        Left[Count] = left;
        Right[Count++] = right;
    }

    /// <summary>Compares the pairs; no more may come then.</summary>
    internal PairChunk Compare(LinkScorer scorer, LevelCache cache)
    {
        if (Left.Length > Count)
        {
            (Left, Right) = (Left[..Count], Right[..Count]);
        }

        Patterns = new ulong[Count];
        scorer.Patterns(Left, Right, Patterns, cache);
        return this;
    }

    /// <summary>Takes the pairs out again, to be filled anew.</summary>
    internal void Clear() => Count = 0;
}
