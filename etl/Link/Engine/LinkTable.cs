using System.Globalization;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Something that is wrong with the input or the model, for people.</summary>
/// <param name="Code">A stable code such as <c>LNK-001</c>.</param>
/// <param name="Message">What was found and what follows from it; names columns and counts, no person.</param>
/// <param name="IsGrave">Whether nothing is linked without review because of it.</param>
/// <param name="Japanese">The same in Japanese, for staff.</param>
public sealed record LinkFinding(string Code, string Message, bool IsGrave = false, string Japanese = "");

/// <summary>One or two registers in the form in which they are compared: for each record one code a field, in an order that does not depend on the order of the input.</summary>
/// <remarks>
/// Records are ordered by register, then by a hash of the id, then by content; every later step works on places in this order, so the result is the same
/// for any order of the input. Memory: 4 bytes a record and field, and each distinct value once.
/// </remarks>
public sealed class LinkTable
{
    internal LinkTable(IReadOnlyList<LinkField> fields, ulong[][] hashes, int[] codes, string[] ids, bool[] repeated, int leftCount, bool isLink, string[] names, string normaliser, List<LinkFinding> findings)
    {
        Fields = fields;
        _width = fields.Count;
        Hashes = hashes;
        Codes = codes;
        Ids = ids;
        Count = ids.Length;
        IsRepeated = repeated;
        LeftCount = leftCount;
        IsLink = isLink;
        Names = names;
        NormaliserVersion = normaliser;
        Findings = findings;
    }

    /// <summary>The comparisons.</summary>
    public IReadOnlyList<LinkField> Fields { get; }

    /// <summary>The id of each record.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The count of records of the first register; the others are of the second.</summary>
    public int LeftCount { get; private set; }

    /// <summary>The count of all records.</summary>
    public int Count { get; private set; }

    /// <summary>Whether two registers are linked; otherwise one is searched for duplicates.</summary>
    public bool IsLink { get; }

    /// <summary>What is wrong with the input.</summary>
    public IReadOnlyList<LinkFinding> Findings { get; }

    /// <summary>The names of the registers.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The version of the normaliser.</summary>
    public string NormaliserVersion { get; }

    /// <summary>The count of pairs that could be compared.</summary>
    public double PairCount => IsLink ? (double)LeftCount * (Count - LeftCount) : Count * (Count - 1.0) / 2;

    private readonly int _width;

    /// <summary>Codes, record by record.</summary>
    internal int[] Codes { get; private set; }

    /// <summary>For each field a hash of the content of each value.</summary>
    internal ulong[][] Hashes { get; }

    /// <summary>Names of several words, or null where the registers hold none.</summary>
    internal NameTokenBook? Tokens { get; init; }

    /// <summary>Whether the id stands at more than one record of its register; empty where no id does.</summary>
    internal bool[] IsRepeated { get; }

    /// <summary>Returns whether the id of a record stands at another record of its register too.</summary>
    internal bool HasRepeatedId(int record) => IsRepeated.Length > 0 && IsRepeated[record];

    /// <summary>Takes records in at the end: the first ones are those of the first register. Such a table names no record; whoever grows it does.</summary>
    /// <param name="count">How many.</param>
    /// <param name="isLeft">Whether they are of the first register; then none of the second may be there.</param>
    /// <returns>The place of the first of them; their codes are 0.</returns>
    internal int Grow(int count, bool isLeft)
    {
        int from = Count;
        int[] codes = Codes;
        long needed = (long)(from + count) * _width;
        if (codes.Length < needed)
        {
            Array.Resize(ref codes, checked((int)(isLeft ? needed : needed + (needed / 8))));
            Codes = codes;
        }

        Count += count;
        LeftCount += isLeft ? count : 0;
        return from;
    }

    /// <summary>Returns the code of a record on a field; 0 is null.</summary>
    public int Code(int record, int field) => Codes[(record * _width) + field];

    /// <summary>Returns the value of a record on a field for people, empty for null.</summary>
    public string Show(int record, int field) => Code(record, field) is > 0 and int code ? Fields[field].Show(code) : "";

    /// <summary>Returns the place of the first field of a kind, or -1.</summary>
    internal int Find(LinkKind kind)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Kind == kind)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Builds the table of one register (duplicates) or two (links).</summary>
    /// <param name="left">The first register.</param>
    /// <param name="right">The second register, or null.</param>
    /// <param name="normaliser">Null takes the one of this release.</param>
    /// <param name="countsLeftOnly">Whether frequencies and readings are learnt from the first register alone, so that no record of the second changes the score of another.</param>
    /// <exception cref="ArgumentException">A register is empty, or nothing can be compared.</exception>
    public static LinkTable Build(LinkRegister left, LinkRegister? right = null, ILinkNormaliser? normaliser = null, bool countsLeftOnly = false)
    {
        ArgumentNullException.ThrowIfNull(left);
        return new LinkTableBuilder(left, right, normaliser ?? new KeyNormaliser(), countsLeftOnly).Build();
    }

    /// <summary>Returns a 64-bit hash of text that is the same on every machine (FNV-1a, 64 bits, finished by <see cref="Mix"/>).</summary>
    internal static ulong Hash(ReadOnlySpan<char> text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>Mixes the bits of a number (the finaliser of SplitMix64; Steele, Lea and Flood, OOPSLA 2014).</summary>
    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }

    internal static string Count1(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
