using Warehouse.Etl.Link.Names;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Reads the name columns of registers into codes of a <see cref="NameBook"/>: family and given name, each as form and reading.</summary>
/// <remarks>
/// A name in one cell without a blank is parted where both parts are borne by most records whose names are parted, in these registers; failing that behind a known family
/// name. Names of several words, and those of Latin letters among Japanese ones, are kept as tokens besides, because their order and their middle names differ from file to file.
/// </remarks>
internal sealed class NameColumns
{
    private readonly LinkRegister[] _registers;
    private readonly ILinkNormaliser _normaliser;
    private readonly NameBook _book;
    private readonly Dictionary<string, long> _familyForms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _givenForms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _familyKanas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _givenKanas = new(StringComparer.Ordinal);
    private readonly bool _isJapanese;

    internal NameColumns(LinkRegister[] registers, ILinkNormaliser normaliser, NameBook book)
    {
        _registers = registers;
        _normaliser = normaliser;
        _book = book;
        int count = registers.Sum(register => register.Ids.Length);
        SurnameForms = new int[count];
        SurnameKanas = new int[count];
        GivenForms = new int[count];
        GivenKanas = new int[count];
        IEnumerable<LinkColumn> columns = registers.SelectMany(register => register.Columns);
        _isJapanese = columns.Any(column => column.Kind is LinkKind.FullKana or LinkKind.SurnameKana or LinkKind.GivenKana)
            || columns.Where(column => column.Kind == LinkKind.FullName).SelectMany(column => column.Values.Skip(1).Take(200)).Any(value => value.AsSpan().ContainsAnyInRange('\u2E80', '\u9FFF'));
    }

    internal int[] SurnameForms { get; }

    internal int[] SurnameKanas { get; }

    internal int[] GivenForms { get; }

    internal int[] GivenKanas { get; }

    internal bool HasSurname { get; private set; }

    internal bool HasGiven { get; private set; }

    /// <summary>The names of several words, by record; empty where no register holds such names.</summary>
    internal NameTokenBook? Tokens { get; private set; }

    private sealed record Parsed(LinkColumn Column, int Start, (string Surname, string Given)[] Names, bool IsKana);

    internal void Read()
    {
        List<Parsed> cells = [];
        int start = 0;
        foreach (LinkRegister register in _registers)
        {
            foreach (LinkColumn column in register.Columns)
            {
                switch (column.Kind)
                {
                    case LinkKind.Surname:
                        HasSurname = true;
                        Part(column, start, SurnameForms, _familyForms, raw => _normaliser.Name(raw), _book.FormCode);
                        break;
                    case LinkKind.Given:
                        HasGiven = true;
                        Part(column, start, GivenForms, _givenForms, raw => _normaliser.Name(raw), _book.FormCode);
                        break;
                    case LinkKind.SurnameKana:
                        HasSurname = true;
                        Part(column, start, SurnameKanas, _familyKanas, raw => _normaliser.Kana(raw), _book.KanaCode);
                        break;
                    case LinkKind.GivenKana:
                        HasGiven = true;
                        Part(column, start, GivenKanas, _givenKanas, raw => _normaliser.Kana(raw), _book.KanaCode);
                        break;
                    case LinkKind.FullName or LinkKind.FullKana:
                        HasSurname = HasGiven = true;
                        cells.Add(Parse(column, start));
                        break;
                    default:
                        break;
                }
            }

            start += register.Ids.Length;
        }

        foreach (Parsed parsed in cells)
        {
            Fill(parsed);
        }

        if (_isJapanese && cells.Count > 0)
        {
            NameTokenBook tokens = new(_book, SurnameForms.Length);
            foreach (Parsed parsed in cells)
            {
                tokens.Add(parsed.Column, parsed.Start, parsed.IsKana, _normaliser);
            }

            Tokens = tokens.Count > 0 ? tokens : null;
        }

        // A form in kana is its own reading.
        for (int i = 0; i < SurnameForms.Length; i++)
        {
            SurnameKanas[i] = SurnameKanas[i] == 0 ? _book.OwnReading(SurnameForms[i]) : SurnameKanas[i];
            GivenKanas[i] = GivenKanas[i] == 0 ? _book.OwnReading(GivenForms[i]) : GivenKanas[i];
        }
    }

    private static string Joined((string Surname, string Given) name) => LinkTableBuilder.Clean(name.Surname + name.Given);

    private static long[] Uses(LinkColumn column)
    {
        var uses = new long[column.Values.Count];
        foreach (int code in column.Codes)
        {
            uses[code]++;
        }

        return uses;
    }

    private static void Part(LinkColumn column, int start, int[] target, Dictionary<string, long> counts, Func<string, (string, string)> read, Func<string, int> code)
    {
        string[] names = new string[column.Values.Count];
        Parallel.For(1, names.Length, i => names[i] = string.IsNullOrWhiteSpace(column.Values[i]) ? "" : Joined(read(column.Values[i])));
        var map = new int[names.Length];
        long[] uses = Uses(column);
        for (int i = 1; i < map.Length; i++)
        {
            map[i] = code(names[i]);
            counts[names[i]] = counts.GetValueOrDefault(names[i]) + uses[i];
        }

        for (int i = 0; i < column.Codes.Length; i++)
        {
            target[start + i] = map[column.Codes[i]];
        }
    }

    private Parsed Parse(LinkColumn column, int start)
    {
        bool isKana = column.Kind == LinkKind.FullKana;
        var names = new (string Surname, string Given)[column.Values.Count];
        Parallel.For(1, names.Length, i => names[i] = string.IsNullOrWhiteSpace(column.Values[i]) ? ("", "") : isKana ? _normaliser.Kana(column.Values[i]) : Written(column.Values[i]));
        names[0] = ("", "");
        long[] uses = Uses(column);
        Dictionary<string, long> families = isKana ? _familyKanas : _familyForms;
        Dictionary<string, long> givens = isKana ? _givenKanas : _givenForms;
        for (int i = 1; i < names.Length; i++)
        {
            (string surname, string given) = names[i];
            if (given.Length > 0 && surname.Length > 0)
            {
                string family = isKana ? _normaliser.KanaFold(surname) : surname;
                string own = isKana ? _normaliser.KanaFold(given) : given;
                families[family] = families.GetValueOrDefault(family) + uses[i];
                givens[own] = givens.GetValueOrDefault(own) + uses[i];
            }
        }

        return new Parsed(column, start, names, isKana);
    }

    // Japanese names put the family first, and so do Latin names among them; elsewhere Latin ones do so only before a comma.
    private (string Surname, string Given) Written(string raw)
    {
        (string surname, string given) = _normaliser.Name(raw);
        if (!_isJapanese && given.Length > 0 && surname.Length > 0 && surname[0] < '\u2E80' && raw.IndexOf(',', StringComparison.Ordinal) < 0)
        {
            string[] parts = _normaliser.Text(raw).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return parts.Length < 2 ? (surname, given) : (Joined(_normaliser.Name(parts[^1])), Joined(_normaliser.Name(string.Concat(parts[..^1]))));
        }

        return (surname, given);
    }

    private void Fill(Parsed parsed)
    {
        int[] surnames = parsed.IsKana ? SurnameKanas : SurnameForms;
        int[] givens = parsed.IsKana ? GivenKanas : GivenForms;
        Func<string, int> code = parsed.IsKana ? _book.KanaCode : _book.FormCode;
        var map = new (int Surname, int Given)[parsed.Names.Length];
        for (int i = 1; i < map.Length; i++)
        {
            (string surname, string given) = parsed.Names[i];
            if (given.Length == 0 && surname.Length > 1 && surname[0] >= '\u2E80' && !PersonName.Parse(parsed.Column.Values[i]).Flags.HasFlag(NameFlags.Unnamed))
            {
                (surname, given) = parsed.IsKana ? SplitKana(surname) : SplitForm(surname);
            }

            map[i] = (code(LinkTableBuilder.Clean(surname)), code(LinkTableBuilder.Clean(given)));
        }

        for (int i = 0; i < parsed.Column.Codes.Length; i++)
        {
            (int surname, int given) = map[parsed.Column.Codes[i]];
            if (surname != 0 || given != 0)
            {
                surnames[parsed.Start + i] = surname;
                givens[parsed.Start + i] = given;
            }
        }
    }

    private (string Surname, string Given) SplitForm(string name)
    {
        int cut = Cut(name, _familyForms, _givenForms, static part => part);
        if (cut == 0)
        {
            for (int length = Math.Min(4, name.Length - 1); length >= 1 && cut == 0; length--)
            {
                cut = _familyForms.ContainsKey(name[..length]) && !char.IsLowSurrogate(name[length]) ? length : 0;
            }
        }

        return cut > 0 ? (name[..cut], name[cut..]) : name.Length is >= 3 and <= 5 && !char.IsLowSurrogate(name[2]) ? (name[..2], name[2..]) : (name, "");
    }

    private (string Surname, string Given) SplitKana(string name)
    {
        int cut = Cut(name, _familyKanas, _givenKanas, _normaliser.KanaFold);
        return cut > 0 ? (name[..cut], name[cut..]) : (name, "");
    }

    // Where both parts are known, and borne most often; where only the family name is, the one that is borne most often before at least two signs.
    private static int Cut(string name, Dictionary<string, long> families, Dictionary<string, long> givens, Func<string, string> fold)
    {
        (double Share, int Cut) both = (0, 0);
        (double Share, int Cut) family = (0, 0);
        for (int cut = 1; cut < name.Length; cut++)
        {
            if (char.IsLowSurrogate(name[cut]) || "ァィゥェォャュョヮッー".Contains(name[cut], StringComparison.Ordinal) || !families.TryGetValue(fold(name[..cut]), out long before))
            {
                continue;
            }

            double share = (double)before * givens.GetValueOrDefault(fold(name[cut..]));
            both = share > both.Share ? (share, cut) : both;
            family = before > family.Share && name.Length - cut >= 2 ? (before, cut) : family;
        }

        return both.Cut > 0 ? both.Cut : family.Cut;
    }
}

/// <summary>Names of several words as sets of tokens: readings in katakana, Latin letters, or both.</summary>
/// <remarks>Order, middle names and script differ from file to file; see <see cref="ForeignName"/>. A record without tokens of its own is compared by its family and given name.</remarks>
internal sealed class NameTokenBook(NameBook book, int count)
{
    private readonly int[] _sets = new int[count];
    private readonly List<(int[] Kanas, int[] Forms)> _tokens = [([], [])];
    private readonly Dictionary<(int, int), string> _sounds = [];
    private Dictionary<int, double> _kanaShares = [];
    private Dictionary<int, double> _formShares = [];

    /// <summary>The count of records with tokens.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether a record has tokens.</summary>
    internal bool Has(int record) => _sets[record] > 0;

    internal void Add(LinkColumn column, int start, bool isKana, ILinkNormaliser normaliser)
    {
        var sets = new (int[] Kanas, int[] Forms)?[column.Values.Count];
        for (int i = 1; i < sets.Length; i++)
        {
            PersonName name = PersonName.Parse(column.Values[i]);
            if (name.Flags.HasFlag(NameFlags.Foreign))
            {
                NameTokens tokens = NameTokens.Of(isKana ? WidthFold.Fold(column.Values[i]) : column.Values[i]);
                sets[i] = (
                    [.. tokens.Tokens.Where(token => NameTables.IsKana(token[0])).Select(token => book.KanaCode(normaliser.Kana(token).Surname)).Where(code => code > 0)],
                    [.. tokens.Tokens.Where(token => char.IsAsciiLetterUpper(token[0])).Select(book.FormCode)]);
            }
        }

        for (int i = 0; i < column.Codes.Length; i++)
        {
            if (sets[column.Codes[i]] is { } set && (set.Kanas.Length > 0 || set.Forms.Length > 0))
            {
                int record = start + i;
                (int[] kanas, int[] forms) = _tokens[_sets[record]];
                Count += _sets[record] == 0 ? 1 : 0;
                _sets[record] = _tokens.Count;
                _tokens.Add((kanas.Length > 0 && !isKana ? kanas : set.Kanas.Length > 0 ? set.Kanas : kanas, set.Forms.Length > 0 ? set.Forms : forms));
            }
        }
    }

    /// <summary>Brings records into the order of a table, and readings that sound alike into one.</summary>
    internal void Close(int[] order)
    {
        int[] sets = new int[order.Length];
        for (int place = 0; place < order.Length; place++)
        {
            sets[place] = _sets[order[place]];
        }

        sets.CopyTo(_sets, 0);
        for (int i = 0; i < _tokens.Count; i++)
        {
            _tokens[i] = ([.. _tokens[i].Kanas.Select(book.Fold).Distinct()], [.. _tokens[i].Forms.Distinct()]);
        }

        _kanaShares = Shares(set => set.Kanas);
        _formShares = Shares(set => set.Forms);
    }

    private Dictionary<int, double> Shares(Func<(int[] Kanas, int[] Forms), int[]> tokens)
    {
        Dictionary<int, double> shares = [];
        foreach (int set in _sets)
        {
            if (set > 0)
            {
                foreach (int token in tokens(_tokens[set]))
                {
                    shares[token] = shares.GetValueOrDefault(token) + (1.0 / _sets.Length);
                }
            }
        }

        return shares;
    }

    /// <summary>Returns how far the names of two records agree as sets of words: <see cref="NameField.Swapped"/> where the smaller set is in the larger one, <see cref="NameField.Crossed"/> where two words of it are, otherwise 0.</summary>
    /// <param name="left">A record.</param>
    /// <param name="surnameLeft">Its family name in the book.</param>
    /// <param name="givenLeft">Its given name.</param>
    /// <param name="right">Another record.</param>
    /// <param name="surnameRight">Its family name.</param>
    /// <param name="givenRight">Its given name.</param>
    /// <param name="log">The logarithm to base 2 of the chance that a record has the words on which the two agree.</param>
    internal int Compare(int left, int surnameLeft, int givenLeft, int right, int surnameRight, int givenRight, out double log)
    {
        log = 0;
        (ReadOnlySpan<int> kanasA, ReadOnlySpan<int> formsA) = Of(left, surnameLeft, givenLeft);
        (ReadOnlySpan<int> kanasB, ReadOnlySpan<int> formsB) = Of(right, surnameRight, givenRight);
        if (kanasA.Length > 0 && kanasB.Length > 0)
        {
            return Level(kanasA, kanasB, _kanaShares, book.IsNear, ref log);
        }

        if (formsA.Length > 0 && formsB.Length > 0)
        {
            return Level(formsA, formsB, _formShares, static (_, _) => false, ref log);
        }

        return kanasA.Length > 0 && formsB.Length > 0 ? Sounds(kanasA, formsB, ref log) : formsA.Length > 0 && kanasB.Length > 0 ? Sounds(kanasB, formsA, ref log) : 0;
    }

    private (int[] Kanas, int[] Forms) Of(int record, int surname, int given)
    {
        (int[] Kanas, int[] Forms) set = _tokens[_sets[record]];
        if (set.Kanas.Length > 0)
        {
            return set;
        }

        int family = book.Fold(book.Kana(surname));
        int own = book.Fold(book.Kana(given));
        return (family > 0 && own > 0 && family != own ? [family, own] : [], set.Forms);
    }

    private static int Level(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Dictionary<int, double> shares, Func<int, int, bool> isNear, ref double log)
    {
        int same = 0;
        int near = 0;
        foreach (int token in a)
        {
            if (b.Contains(token))
            {
                same++;
                log += Math.Log2(Math.Min(1, shares.GetValueOrDefault(token) + 1e-5));
                continue;
            }

            foreach (int other in b)
            {
                if (isNear(token, other))
                {
                    near++;
                    log += Math.Log2(Math.Min(1, shares.GetValueOrDefault(token) + shares.GetValueOrDefault(other) + 1e-4));
                    break;
                }
            }
        }

        int smaller = Math.Min(a.Length, b.Length);
        return smaller < 2 || same + near < 2 ? 0 : same == smaller ? NameField.Swapped : NameField.Crossed;
    }

    // Across scripts the skeletons of sound are compared; what agrees in sound alone is never more than a part.
    private int Sounds(ReadOnlySpan<int> kanas, ReadOnlySpan<int> forms, ref double log)
    {
        int same = 0;
        foreach (int kana in kanas)
        {
            string sound = Sound(0, kana);
            foreach (int form in forms)
            {
                if (sound.Length > 0 && sound == Sound(1, form))
                {
                    same++;
                    log += Math.Log2(Math.Min(1, (10 * _kanaShares.GetValueOrDefault(kana)) + 1e-3));
                    break;
                }
            }
        }

        return same >= 2 ? NameField.Crossed : 0;
    }

    private string Sound(int script, int token)
    {
        lock (_sounds)
        {
            if (!_sounds.TryGetValue((script, token), out string? sound))
            {
                _sounds[(script, token)] = sound = ForeignName.Sound(script == 0 ? book.FoldText(token) : book.FormText(token));
            }

            return sound;
        }
    }

    /// <summary>Returns the greatest and the least hash of the words of a record's reading: two names of which one leaves a word out share one of them; 0 where there is no reading.</summary>
    internal (ulong Most, ulong Least) Keys(int record, int surname, int given)
    {
        (int[] kanas, _) = Of(record, surname, given);
        if (kanas.Length < 2)
        {
            return (0, 0);
        }

        (ulong most, ulong least) = (0, ulong.MaxValue);
        foreach (int kana in kanas)
        {
            ulong hash = LinkTable.Hash(book.FoldText(kana));
            most = Math.Max(most, hash);
            least = Math.Min(least, hash);
        }

        return (most, least);
    }
}
