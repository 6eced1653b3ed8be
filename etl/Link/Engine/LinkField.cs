using System.Numerics;
namespace Warehouse.Etl.Link.Engine;

/// <summary>What agreement on a field means under the four hypotheses.</summary>
public enum FieldRole
{
    /// <summary>The family name: shared by a household.</summary>
    Surname,

    /// <summary>The given name: never shared by members of one household.</summary>
    Given,

    /// <summary>The date of birth: shared by co-multiples.</summary>
    Birth,

    /// <summary>The sex: by chance.</summary>
    Sex,

    /// <summary>Where people live, and their household, guardian and telephone: shared by a household.</summary>
    Home,

    /// <summary>What belongs to one person.</summary>
    Personal,
}

/// <summary>One comparison: its values, its levels of agreement, and how often each value occurs.</summary>
/// <remarks>
/// Values are codes from 1 of distinct normalised values; 0 is null. A level is a number from 0 (differs) up; <see cref="Null"/> where either
/// value is missing. Comparison is symmetric and depends on the two values alone, so a level may be cached.
/// </remarks>
public abstract class LinkField(string name, LinkKind kind, FieldRole role, string[] levels)
{
    /// <summary>The level of a pair that cannot be compared on the field.</summary>
    public const int Null = 15;

    /// <summary>The name, as in output columns.</summary>
    public string Name { get; } = name;

    /// <summary>What the field says.</summary>
    public LinkKind Kind { get; } = kind;

    /// <summary>What agreement means.</summary>
    public FieldRole Role { get; } = role;

    /// <summary>The names of the levels, from 0; at most 15.</summary>
    public IReadOnlyList<string> Levels { get; } = levels;

    /// <summary>The place of the field on whose equality this one depends (a town on its postal code), or -1.</summary>
    public int Parent { get; internal set; } = -1;

    /// <summary>The share of records with each value, smoothed, as a logarithm to base 2; by code.</summary>
    internal float[] TermLog { get; set; } = [];

    /// <summary>Whether comparing costs enough to be cached.</summary>
    internal virtual bool IsCostly => true;

    /// <summary>Whether the frequency of a value replaces the average one where two records agree on it.</summary>
    internal virtual bool UsesTerms => true;

    /// <summary>Returns the level of two values that are not null.</summary>
    internal abstract int Compare(int left, int right);

    /// <summary>Returns the level of a value against itself.</summary>
    internal abstract int Self(int value);

    /// <summary>Returns whether two values at a level can have a frequency of their own.</summary>
    internal virtual bool HasTerm(int level) => UsesTerms && level > 0;

    /// <summary>Returns the logarithm of the frequency that stands for chance agreement at a level, or NaN where the average of the level does.</summary>
    internal virtual float Term(int left, int right, int level) => left == right && UsesTerms ? TermLog[left] : float.NaN;

    /// <summary>Returns one value for people.</summary>
    internal abstract string Show(int value);
}

/// <summary>Text that is equal or similar: places, streets, free fields.</summary>
internal sealed class TextField(string name, LinkKind kind, FieldRole role, string[] values)
    : LinkField(name, kind, role, ["differs", "a little similar", "similar", "very similar", "equal"])
{
    private readonly TextLane _lane = new(values);

    internal override int Compare(int left, int right)
    {
        double similarity = _lane.JaroWinkler(left, right);
        return similarity >= 0.93 ? 3 : similarity >= 0.86 ? 2 : similarity >= 0.75 ? 1 : 0;
    }

    internal override int Self(int value) => 4;

    internal override string Show(int value) => values[value];
}

/// <summary>A code with few values, such as the sex or a prefecture.</summary>
internal sealed class CodeField(string name, LinkKind kind, FieldRole role, string[] values) : LinkField(name, kind, role, ["differs", "equal"])
{
    private IReadOnlyList<string> _values = values;

    internal override bool IsCostly => false;

    internal override bool UsesTerms => Kind != LinkKind.Sex;

    internal override bool HasTerm(int level) => UsesTerms && level == 1;

    internal override int Compare(int left, int right) => 0;

    internal override int Self(int value) => 1;

    internal override string Show(int value) => _values[value];

    /// <summary>Takes more values; those before keep their codes.</summary>
    internal void Grow(IReadOnlyList<string> all) => _values = all;
}

/// <summary>A number written with digits or letters: identifiers, telephone numbers, postal codes.</summary>
internal sealed class NumberField(string name, LinkKind kind, FieldRole role, string[] values)
    : LinkField(name, kind, role, ["differs", "same beginning", "two edits", "one edit", "equal"])
{
    private readonly TextLane _lane = new(values);

    internal override int Compare(int left, int right)
    {
        ReadOnlySpan<int> a = _lane.Runes(left);
        ReadOnlySpan<int> b = _lane.Runes(right);
        int distance = Similarity.Alignment(a, b, 2);
        int common = a.CommonPrefixLength(b);
        int shorter = Math.Min(a.Length, b.Length);

        // Of a short number one edit says little: 12 and 13 are other houses.
        return distance <= 1 && shorter >= 4 ? 3 : distance <= 2 && shorter >= 6 ? 2 : shorter >= 4 && common >= 3 ? 1 : 0;
    }

    internal override int Self(int value) => 4;

    internal override string Show(int value) => values[value];
}

/// <summary>An address of electronic mail.</summary>
internal sealed class EmailField(string name, string[] values)
    : LinkField(name, LinkKind.Email, FieldRole.Personal, ["differs", "same host", "similar", "very similar", "same mailbox", "equal"])
{
    private readonly TextLane _lane = new(values);
    private readonly int[] _host = Codes(values, static value => value[(value.IndexOf('@') + 1)..]);
    private readonly int[] _box = Codes(values, static value => value.IndexOf('@') is > 0 and int at ? value[..at] : value);

    internal override int Compare(int left, int right)
    {
        int distance = Similarity.Alignment(_lane.Runes(left), _lane.Runes(right), 4);
        if (_box[left] == _box[right])
        {
            return 4;
        }

        return distance <= 2 ? 3 : distance <= 4 || _lane.JaroWinkler(left, right) >= 0.9 ? 2 : _host[left] == _host[right] ? 1 : 0;
    }

    internal override int Self(int value) => 5;

    internal override string Show(int value) => values[value];

    private static int[] Codes(string[] values, Func<string, string> part)
    {
        Dictionary<string, int> codes = new(StringComparer.Ordinal);
        var found = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            string text = part(values[i]);
            if (!codes.TryGetValue(text, out found[i]))
            {
                codes[text] = found[i] = codes.Count;
            }
        }

        return found;
    }
}

/// <summary>A date of birth, by its digits, so that impossible dates compare too.</summary>
/// <param name="name">The name of the field.</param>
/// <param name="dates">By code: year × 10000 + month × 100 + day.</param>
internal sealed class DateField(string name, int[] dates)
    : LinkField(name, LinkKind.BirthDate, FieldRole.Birth,
        ["differs", "same year", "each part near", "one part differs", "one part a step off", "one digit or two swapped", "day and month swapped", "equal"])
{
    private (short Year, byte Month, byte Day)[] _parts = [.. dates.Select(Parts)];
    private int[] _dates = dates;
    private uint[] _digits = [.. dates.Select(Digits)];

    private static (short Year, byte Month, byte Day) Parts(int date) => ((short)(date / 10000), (byte)(date / 100 % 100), (byte)(date % 100));

    /// <summary>Takes more dates; those before keep their codes.</summary>
    internal void Grow(IReadOnlyList<int> all)
    {
        int from = _dates.Length;
        Array.Resize(ref _dates, all.Count);
        Array.Resize(ref _parts, all.Count);
        Array.Resize(ref _digits, all.Count);
        for (int i = from; i < all.Count; i++)
        {
            _dates[i] = all[i];
            _parts[i] = Parts(all[i]);
            _digits[i] = Digits(all[i]);
        }
    }

    internal override bool IsCostly => false;

    internal override bool HasTerm(int level) => level == 7;

    // Only a date that is more frequent than others (a default of some form) says less; a rare one says no more.
    internal override float Term(int left, int right, int level) => left == right ? Math.Max(TermLog[left], _floor) : float.NaN;

    internal override int Compare(int left, int right)
    {
        (int ay, int am, int ad) = _parts[left];
        (int by, int bm, int bd) = _parts[right];
        if (ay == by && am == bd && ad == bm)
        {
            return 6;
        }

        int same = (ay == by ? 1 : 0) + (am == bm ? 1 : 0) + (ad == bd ? 1 : 0);
        int steps = Math.Max(Math.Max(Math.Abs(ay - by), Math.Min(Math.Abs(am - bm), 12 - Math.Abs(am - bm))), (Math.Abs(ad - bd) + 1) / 2);
        if (same == 2)
        {
            return steps <= 1 ? 4 : IsOneSlip(_digits[left], _digits[right]) ? 5 : 3;
        }

        // A slip changes one part, or two that touch: one part at least stays.
        return same == 1 && IsOneSlip(_digits[left], _digits[right]) ? 5 : steps <= 1 ? 2 : ay == by ? 1 : 0;
    }

    internal override int Self(int value) => 7;

    internal override string Show(int value) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_dates[value] / 10000:0000}-{_dates[value] / 100 % 100:00}-{_dates[value] % 100:00}");

    /// <summary>Returns year × 10000 + month × 100 + day.</summary>
    internal int Date(int value) => _dates[value];

    /// <summary>Sets the frequency below which a date is not taken for rare: the average one.</summary>
    internal void Floor(double average) => _floor = (float)Math.Log2(average);

    private float _floor;

    // One digit of eight, or two neighbours swapped; four bits a digit.
    private static bool IsOneSlip(uint a, uint b)
    {
        uint other = a ^ b;
        other = (other | (other >> 1) | (other >> 2) | (other >> 3)) & 0x11111111;
        if (BitOperations.PopCount(other) == 1)
        {
            return true;
        }

        int at = BitOperations.TrailingZeroCount(other);
        return other == 0x11u << at && (((a >> at) & 15) == ((b >> (at + 4)) & 15)) && (((b >> at) & 15) == ((a >> (at + 4)) & 15));
    }

    private static uint Digits(int date)
    {
        uint digits = 0;
        for (int i = 0; i < 8; i++)
        {
            digits |= (uint)(date % 10) << (4 * i);
            date /= 10;
        }

        return digits;
    }
}

/// <summary>An address by its parts, from the town to the room.</summary>
/// <remarks>A value is a town, numbers and, at the end behind <c>#</c>, a room. The room that one of two leaves out does not speak against the other.</remarks>
internal sealed class AddressField : LinkField
{
    private const int Place = 1;
    private const int Town = 2;
    private const int Street = 3;
    private const int Block = 4;
    internal const int House = 5;
    internal const int Equal = 6;

    // Up to this count of towns the similarity of each two is kept.
    private const int MostTowns = 3000;
    private const int Numbers = 4;

    private string[] _values = [];

    // For each value its town, the count of its numbers, up to four of them as hashes, and its room (0 for none).
    private int[] _parts = [];
    private readonly List<string> _towns = [];
    private readonly Dictionary<string, int> _townCodes = new(StringComparer.Ordinal);

    // For each two towns of a square of this width: 0 not measured, 1 other, 2 similar.
    private int _width;
    private byte[] _similar = [];

    internal AddressField(string name, IReadOnlyList<string> values)
        : base(name, LinkKind.Address, FieldRole.Home, ["differs", "similar place", "same town", "same street or 丁目", "same block", "same house", "equal"]) => Grow(values);

    /// <summary>Takes more values; those before keep their codes.</summary>
    internal void Grow(IReadOnlyList<string> all)
    {
        int from = _values.Length;
        Array.Resize(ref _values, all.Count);
        Array.Resize(ref _parts, all.Count * Width);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = _townCodes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = from; i < all.Count; i++)
        {
            _values[i] = all[i];
            int end = all[i].IndexOf(Separator, StringComparison.Ordinal);
            ReadOnlySpan<char> town = end < 0 ? all[i] : all[i].AsSpan(0, end);
            if (!lookup.TryGetValue(town, out int code))
            {
                lookup[town] = code = _towns.Count;
                _towns.Add(town.ToString());
            }

            _parts[i * Width] = code;
        }

        Parallel.For(from, all.Count, i => ReadNumbers(_values[i], _parts.AsSpan(i * Width, Width)));
        if (_towns.Count > _width && _width < MostTowns)
        {
            _width = Math.Min(MostTowns, _towns.Count + (_towns.Count / 4));
            _similar = new byte[_width * _width];
        }
    }

    private static void ReadNumbers(ReadOnlySpan<char> value, Span<int> parts)
    {
        int end = value.IndexOf(Separator);
        while (end >= 0)
        {
            value = value[(end + 1)..];
            end = value.IndexOf(Separator);
            ReadOnlySpan<char> part = end < 0 ? value : value[..end];
            int code = (int)LinkTable.Hash(part) | 1;
            if (part.Length > 0 && part[0] == '#')
            {
                parts[2 + Numbers] = code;
            }
            else if (parts[1] < Numbers)
            {
                parts[2 + parts[1]++] = code;
            }
        }
    }

    /// <summary>Stands between the parts of a value.</summary>
    internal const char Separator = '\u001F';

    private static int Width => 3 + Numbers;

    internal override bool IsCostly => false;

    internal override int Compare(int left, int right)
    {
        ReadOnlySpan<int> a = _parts.AsSpan(left * Width, Width);
        ReadOnlySpan<int> b = _parts.AsSpan(right * Width, Width);
        ReadOnlySpan<int> numbersA = a.Slice(2, a[1]);
        ReadOnlySpan<int> numbersB = b.Slice(2, b[1]);
        if (a[0] != b[0])
        {
            return !IsSimilar(a[0], b[0]) ? 0 : a[1] > 1 && numbersA.SequenceEqual(numbersB) ? Street : Place;
        }

        int common = numbersA.CommonPrefixLength(numbersB);
        if (common > 0 && common == a[1] && common == b[1])
        {
            return a[2 + Numbers] == 0 || b[2 + Numbers] == 0 ? House : Block;
        }

        return common switch { 0 => Town, 1 => Street, _ => Block };
    }

    // The town alone is no whole address.
    internal override int Self(int value) => _parts[(value * Width) + 1] > 0 ? Equal : Town;

    internal override string Show(int value) => _values[value].Replace(Separator, '-');

    /// <summary>Returns a hash of town and numbers without the room, 0 where there are no numbers.</summary>
    /// <param name="value">The value.</param>
    /// <param name="most">The most numbers that count.</param>
    internal ulong HouseHash(int value, int most = Numbers)
    {
        ReadOnlySpan<int> parts = _parts.AsSpan(value * Width, Width);
        if (parts[1] == 0 || (most < Numbers && parts[1] < most))
        {
            return 0;
        }

        ulong hash = LinkTable.Hash(_towns[parts[0]]);
        foreach (int number in parts.Slice(2, Math.Min(parts[1], most)))
        {
            hash = LinkTable.Mix((hash * 31) + (uint)number);
        }

        return hash;
    }

    // Two threads may fill the same cell; they write the same.
    private bool IsSimilar(int left, int right)
    {
        if (left >= _width || right >= _width)
        {
            return Measure(left, right);
        }

        int place = (left * _width) + right;
        if (_similar[place] == 0)
        {
            _similar[place] = Measure(left, right) ? (byte)2 : (byte)1;
        }

        return _similar[place] == 2;
    }

    private bool Measure(int left, int right) =>
        _towns[left].Length > 0 && _towns[right].Length > 0 && Similarity.JaroWinkler<char>(_towns[left], _towns[right]) >= 0.85;
}
