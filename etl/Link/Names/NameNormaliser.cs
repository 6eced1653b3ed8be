namespace Warehouse.Etl.Link.Names;

/// <summary>The keys of one reading.</summary>
/// <param name="Norm">As written, in katakana without blanks.</param>
/// <param name="Fold">For equality only.</param>
/// <param name="Mora">One byte for each mora of <paramref name="Norm"/>.</param>
public sealed record KanaKey(string Norm, string Fold, ReadOnlyMemory<byte> Mora)
{
    /// <summary>No reading.</summary>
    public static KanaKey None { get; } = new(string.Empty, string.Empty, ReadOnlyMemory<byte>.Empty);

    /// <summary>Returns the keys of a reading.</summary>
    public static KanaKey Of(string? text)
    {
        string norm = KanaKeys.Norm(text);
        return norm.Length == 0 ? None : new KanaKey(norm, KanaKeys.Fold(norm), KanaKeys.Mora(norm));
    }
}

/// <summary>The keys of a person's name.</summary>
/// <param name="Surname">The key of the surname, or of the whole name when it is not parted; empty for none.</param>
/// <param name="Given">The key of the given name; empty for none.</param>
/// <param name="SurnameKana">The reading of the surname, or of the whole name.</param>
/// <param name="GivenKana">The reading of the given name.</param>
/// <param name="Alias">The key of the name in brackets; empty for none.</param>
/// <param name="Flags">What was noticed in either.</param>
public readonly record struct NameKeys(string Surname, string Given, KanaKey SurnameKana, KanaKey GivenKana, string Alias, NameFlags Flags);

/// <summary>The keys of a person's record beside those of the date of birth.</summary>
/// <param name="Name">The keys of the name.</param>
/// <param name="Address">The address in parts.</param>
public readonly record struct PersonKeys(NameKeys Name, AddressParts Address);

/// <summary>Brings the name and address of records into the form in which they are compared.</summary>
/// <remarks>
/// Pure: the same text always gives the same keys. Distinct parts of names are worked out once and kept (a register of a
/// million has some 10⁴ surnames), so strings that are equal are also one object. Not thread-safe: one instance for each thread.
/// Memory: about 200 bytes for a distinct part of a name and 100 for a distinct town or building.
/// </remarks>
public sealed class NameNormaliser
{
    /// <summary>The version of rules and tables; written beside every decision that used them.</summary>
    public const string Version = "n2";

    private readonly NameSplitter? _splitter;
    private readonly TextPool<Written> _kanji;
    private readonly TextPool<Reading> _kana;
    private readonly TextPool<string> _places = new(static (text, _) => text);

    /// <summary>Makes a normaliser.</summary>
    /// <param name="splitter">Parts names without a blank; null to leave them whole.</param>
    public NameNormaliser(NameSplitter? splitter = null)
    {
        _splitter = splitter;

        // Two writings of one name share one key: the pool of keys gives the same object for both.
        TextPool<string> keys = new(static (text, _) => text);
        TextPool<KanaKey> readings = new(static (text, _) => KanaKey.Of(text));
        _kanji = new((text, _) =>
        {
            string key = keys.Get(KanjiKeys.Fold(text));
            return new Written(key, text.Length > 0 && PersonName.IsUnnamed(text), key.Contains(NameTables.Wildcard, StringComparison.Ordinal));
        });
        _kana = new((text, _) => new Reading(readings.Get(KanaKeys.Norm(text)), text.Length > 0 && PersonName.IsUnnamed(text)));
    }

    /// <summary>Returns the keys of a record.</summary>
    /// <param name="kanji">The name as written, parts separated by a blank, or null.</param>
    /// <param name="kana">The reading, or null.</param>
    /// <param name="address">The address, or null.</param>
    public PersonKeys Normalise(string? kanji, string? kana, string? address) => new(Name(kanji, kana), AddressParser.Parse(address, _places));

    /// <summary>Returns the keys of a name.</summary>
    /// <remarks>
    /// A name without a blank is parted by the list of surnames when there is one way that beats the others clearly (share 0.95 or more);
    /// otherwise it stays whole and is flagged. A placeholder for a child not named yet is no given name.
    /// </remarks>
    public NameKeys Name(string? kanji, string? kana)
    {
        if (IsPlain(kanji, out int cutKanji) && IsPlain(kana, out int cutKana) && (cutKanji > 0 || kanji is null or "") && (cutKana > 0 || kana is null or ""))
        {
            return Plain(kanji, cutKanji, kana, cutKana);
        }

        PersonName written = PersonName.Parse(kanji);
        PersonName read = PersonName.Parse(kana);
        NameFlags flags = written.Flags | read.Flags;
        string surname = _kanji.Get(written.Surname).Key;
        string given = _kanji.Get(written.Given).Key;
        KanaKey surnameKana = _kana.Get(read.Surname).Key;
        KanaKey givenKana = _kana.Get(read.Given).Key;
        if (_splitter is not null && (flags & (NameFlags.Unsplit | NameFlags.Foreign)) == NameFlags.Unsplit)
        {
            bool isWhole = written.Flags.HasFlag(NameFlags.Unsplit);
            bool isReadWhole = read.Flags.HasFlag(NameFlags.Unsplit);
            NameSplit best = _splitter.Split(isWhole ? surname : string.Empty, isReadWhole ? surnameKana.Norm : string.Empty)[0];

            // One side parted and the other not: the parted side says where the other is cut, if it can.
            if (best.Share >= 0.95)
            {
                bool isDone = true;
                if (isWhole && best.Given.Length > 0)
                {
                    (surname, given) = (_kanji.Get(best.Surname).Key, _kanji.Get(best.Given).Key);
                }
                else
                {
                    isDone = !isWhole;
                }

                if (isReadWhole && best.GivenKana.Length > 0)
                {
                    (surnameKana, givenKana) = (_kana.Get(best.SurnameKana).Key, _kana.Get(best.GivenKana).Key);
                }
                else
                {
                    isDone &= !isReadWhole;
                }

                flags &= isDone ? ~NameFlags.Unsplit : (NameFlags)(-1);
            }
        }

        if ((surname + given).Contains(NameTables.Wildcard, StringComparison.Ordinal))
        {
            flags |= NameFlags.Wildcard;
        }

        string alias = written.Alias.Length > 0 ? written.Alias : read.Alias;
        return new NameKeys(surname, given, surnameKana, givenKana, alias.Length == 0 ? string.Empty : _kanji.Get(alias).Key, flags);
    }

    private NameKeys Plain(string? kanji, int cutKanji, string? kana, int cutKana)
    {
        ReadOnlySpan<char> written = kanji;
        ReadOnlySpan<char> read = kana;
        ReadOnlySpan<char> givenText = written.IsEmpty ? [] : written[(cutKanji + 1)..];
        ReadOnlySpan<char> givenKanaText = read.IsEmpty ? [] : read[(cutKana + 1)..];
        Written surname = _kanji.Get(written[..Math.Max(cutKanji, 0)]);
        Written given = _kanji.Get(givenText);
        Reading surnameKana = _kana.Get(read[..Math.Max(cutKana, 0)]);
        Reading givenKana = _kana.Get(givenKanaText);
        NameFlags flags = given.IsUnnamed || givenKana.IsUnnamed ? NameFlags.Unnamed : NameFlags.None;
        flags |= surname.HasWildcard || (given.HasWildcard && !given.IsUnnamed) ? NameFlags.Wildcard : NameFlags.None;
        return new NameKeys(surname.Key, given.IsUnnamed ? string.Empty : given.Key, surnameKana.Key, givenKana.IsUnnamed ? KanaKey.None : givenKana.Key, string.Empty, flags);
    }

    // Kanji or kana around one blank and nothing that needs the parser: nearly every record of every register.
    private static bool IsPlain(string? text, out int cut)
    {
        cut = -1;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        for (int i = 0; i < text.Length; i++)
        {
            char sign = text[i];
            if (sign is ' ' or '\u3000')
            {
                if (cut >= 0 || i == 0 || i == text.Length - 1)
                {
                    return false;
                }

                cut = i;
            }
            else if (sign is < '\u3005' or '・' or '･' or '＝' or '〔' or '［' or '（' or '）' or '【' or '〇' or '，' || (sign is >= '！' and <= '｠'))
            {
                return false;
            }
        }

        return cut > 0 && !text.AsSpan(cut + 1).EndsWith("様");
    }

    private readonly record struct Written(string Key, bool IsUnnamed, bool HasWildcard);

    private readonly record struct Reading(KanaKey Key, bool IsUnnamed);
}
