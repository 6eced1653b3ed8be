using System.Collections.Frozen;
using System.Globalization;
using Warehouse.Etl.Link.Names;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Builds a <see cref="LinkTable"/>: normalises each distinct value once, gives codes, orders the records and looks for what is wrong with them.</summary>
internal sealed class LinkTableBuilder
{
    /// <summary>The most fields of a table: a pattern of levels is one number of 64 bits.</summary>
    internal const int MostFields = 16;

    // A field of which more records than this share one value tells nobody apart.
    private const double ConstantShare = 0.95;

    private static readonly FrozenSet<string> NoValues = FrozenSet.ToFrozenSet(["NULL", "NONE", "NA", "N/A", "NAN", "UNKNOWN", "-", "--", "不明", "なし", "該当なし", "?"], StringComparer.Ordinal);
    private static readonly FrozenSet<string> NoNames = FrozenSet.ToFrozenSet(
        ["UNKNOWN", "NAN", "NULL", "N/A", "BABY", "不明", "ベビー", "長男", "次男", "二男", "三男", "長女", "次女", "二女", "三女", "命名前", "未命名", "新生児", "フメイ"],
        StringComparer.Ordinal);

    // As they sound, because not every system writes small kana.
    private static readonly FrozenSet<string> NoReadings = FrozenSet.ToFrozenSet(
        new[] { "チョウナン", "ジナン", "サンナン", "チョウジョ", "ジジョ", "サンジョ", "メイメイマエ", "ミメイメイ", "シンセイジ", "ベビー" }.Select(KanaKeys.Fold), StringComparer.Ordinal);

    private readonly LinkRegister[] _registers;
    private readonly ILinkNormaliser _normaliser;
    private readonly List<LinkFinding> _findings = [];
    private readonly int _count;
    private NameTokenBook? _tokens;

    // The records that frequencies and readings are learnt from: the first ones.
    private readonly int _counted;

    internal LinkTableBuilder(LinkRegister left, LinkRegister? right, ILinkNormaliser normaliser, bool countsLeftOnly)
    {
        _registers = right is null ? [left] : [left, right];
        _normaliser = normaliser;
        foreach (LinkRegister register in _registers)
        {
            if (register.Ids.Length == 0)
            {
                throw new ArgumentException($"{register.Name} has no records; expected at least one row below the header.");
            }

            if (register.Columns.Any(column => column.Codes.Length != register.Ids.Length))
            {
                throw new ArgumentException($"{register.Name} has columns of different length; expected {register.Ids.Length} values in each.");
            }
        }

        _count = _registers.Sum(register => register.Ids.Length);
        _counted = countsLeftOnly ? left.Ids.Length : _count;
    }

    // A field before the records are ordered: its codes, and a hash for each.
    private sealed record Draft(LinkField Field, int[] Codes, ulong[] Hashes);

    internal LinkTable Build()
    {
        List<Draft> drafts = [];
        AddNames(drafts);
        HashSet<string> guardians = AddGuardians(drafts);
        foreach ((LinkKind kind, string name) in OtherFields())
        {
            if (kind != LinkKind.Household || !guardians.Contains(name))
            {
                Add(drafts, kind, name);
            }
        }

        drafts = Useful(drafts);
        if (drafts.Count == 0)
        {
            throw new NothingToCompareException("No column is left to compare by; expected at least a name and a date. " + string.Join(" ", _findings.Select(finding => finding.Message)));
        }

        if (drafts.Count > MostFields)
        {
            _findings.Add(new LinkFinding("LNK-002", $"Only {MostFields} fields are compared; left out: {string.Join(", ", drafts.Skip(MostFields).Select(draft => draft.Field.Name))}. Map fewer free fields to choose.",
                Japanese: $"比較できる項目は {MostFields} までです。使わない項目：{string.Join("、", drafts.Skip(MostFields).Select(draft => draft.Field.Name))}。割り当てで項目を減らして選んでください。"));
            drafts.RemoveRange(MostFields, drafts.Count - MostFields);
        }

        SetParents(drafts);
        SetTerms(drafts);
        return Order(drafts);
    }

    private IEnumerable<(LinkKind Kind, string Name)> OtherFields()
    {
        LinkKind[] order =
        [
            LinkKind.BirthDate, LinkKind.Sex, LinkKind.Household, LinkKind.Postcode, LinkKind.Address, LinkKind.Town, LinkKind.Region, LinkKind.House, LinkKind.Street, LinkKind.Phone, LinkKind.Email,
            LinkKind.Number, LinkKind.Category, LinkKind.Text,
        ];
        foreach (LinkKind kind in order)
        {
            IEnumerable<string> names = _registers[0].Columns.Where(column => column.Kind == kind).Select(column => column.Name);
            foreach (string name in names.Where(name => _registers.All(register => register.Columns.Any(column => column.Kind == kind && column.Name == name))))
            {
                yield return (kind, name);
            }
        }
    }

    // Names of guardians are names: form and reading in one comparison, so that they count once. The given name alone, because the family name is the child's as a rule.
    private HashSet<string> AddGuardians(List<Draft> drafts)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        IEnumerable<IGrouping<string, LinkColumn>> groups = _registers.SelectMany(register => register.Columns)
            .Where(column => column.Kind == LinkKind.Household).GroupBy(column => Stem(column.Name), StringComparer.Ordinal);
        foreach (IGrouping<string, LinkColumn> group in groups)
        {
            bool isInAll = _registers.All(register => register.Columns.Any(group.Contains));
            if (!isInAll || !group.Any(AreNames) || group.Any(column => HasValues(column) && !AreNames(column)))
            {
                continue;
            }

            NameBook book = new();
            var forms = new int[_count];
            var kanas = new int[_count];
            int start = 0;
            foreach (LinkRegister register in _registers)
            {
                foreach (LinkColumn column in register.Columns.Where(group.Contains))
                {
                    bool isKana = IsReading(column.Name);
                    string[] names = new string[column.Values.Count];
                    Parallel.For(1, names.Length, i => names[i] = GuardianName(column.Values[i], isKana));
                    int[] map = [.. names.Select((name, i) => i == 0 ? 0 : isKana ? book.KanaCode(name) : book.FormCode(name))];
                    for (int i = 0; i < column.Codes.Length; i++)
                    {
                        (isKana ? kanas : forms)[start + i] = map[column.Codes[i]];
                    }
                }

                start += register.Ids.Length;
            }

            int[] codes = Names(book, forms, kanas);
            book.Close(_normaliser, codes.AsSpan(0, _counted));
            drafts.Add(new Draft(new NameField(group.Key, LinkKind.Household, FieldRole.Home, book), codes, NameHashes(book)));
            used.UnionWith(group.Select(column => column.Name));
        }

        return used;
    }

    private string GuardianName(string raw, bool isKana)
    {
        if (string.IsNullOrWhiteSpace(raw) || NoValues.Contains(_normaliser.Text(raw)))
        {
            return "";
        }

        (string surname, string given) = isKana ? _normaliser.Kana(raw) : _normaliser.Name(raw);
        return Clean(given.Length > 0 ? given : surname);
    }

    private static readonly string[] ReadingSigns = ["kana", "カナ", "かな", "フリガナ", "ふりがな", "読ミ", "読み", "ヨミ", "よみ"];
    private static readonly string[] WrittenSigns = ["kanji", "漢字"];

    private static bool IsReading(string name) => ReadingSigns.Any(sign => name.Contains(sign, StringComparison.OrdinalIgnoreCase));

    private static string Stem(string name) =>
        ReadingSigns.Concat(WrittenSigns).Aggregate(name, static (stem, sign) => stem.Replace(sign, "", StringComparison.OrdinalIgnoreCase)).Trim('_', '-', ' ');

    private static bool HasValues(LinkColumn column) => column.Values.Skip(1).Any(static value => value.Length > 0);

    // Most values are two words without digits, with a sign of Japanese.
    private static bool AreNames(LinkColumn column)
    {
        string[] some = [.. column.Values.Skip(1).Where(static value => value.Length > 0).Take(500)];
        int names = some.Count(static value => value.AsSpan().Trim().IndexOfAny(" \u3000") > 0 && !value.Any(char.IsDigit) && value.Any(static sign => sign >= '\u2E80'));
        return some.Length > 0 && names > some.Length * 0.8;
    }

    private static ulong[] NameHashes(NameBook book)
    {
        ulong[] hashes = new ulong[book.Count];
        Parallel.For(1, hashes.Length, i => hashes[i] = LinkTable.Mix(LinkTable.Hash(book.FormText(book.Form(i))) + (3 * LinkTable.Hash(book.KanaText(book.Kana(i))))));
        return hashes;
    }

    private void Add(List<Draft> drafts, LinkKind kind, string name)
    {
        Dictionary<string, int> pool = new(StringComparer.Ordinal) { [""] = 0 };
        List<string> values = [""];
        var codes = new int[_count];
        int start = 0;
        LinkColumn[] columns = [.. _registers.Select(register => register.Columns.First(column => column.Kind == kind && column.Name == name))];
        string[][] all = [.. columns.Select(column => new string[column.Values.Count])];
        for (int side = 0; side < all.Length; side++)
        {
            (string[] target, IReadOnlyList<string> source) = (all[side], columns[side].Values);
            Parallel.For(1, target.Length, i => target[i] = Value(kind, source[i]));
        }

        if (kind is LinkKind.BirthDate or LinkKind.Sex)
        {
            FindUnreadable(kind, columns, all);
        }

        if (kind == LinkKind.Address)
        {
            DropUsualCity(all);
        }

        for (int side = 0; side < all.Length; side++)
        {
            LinkColumn column = columns[side];
            string[] normalised = all[side];
            var map = new int[column.Values.Count];
            for (int i = 1; i < map.Length; i++)
            {
                string value = normalised[i];
                if (!pool.TryGetValue(value, out map[i]))
                {
                    pool[value] = map[i] = values.Count;
                    values.Add(value);
                }
            }

            for (int i = 0; i < column.Codes.Length; i++)
            {
                codes[start + i] = map[column.Codes[i]];
            }

            start += column.Codes.Length;
        }

        string[] texts = [.. values];
        LinkField field = kind switch
        {
            LinkKind.BirthDate => new DateField(name, [.. texts.Select(text => text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture))]),
            LinkKind.Sex => new CodeField(name, kind, FieldRole.Sex, texts),
            LinkKind.Category => new CodeField(name, kind, FieldRole.Personal, texts),
            LinkKind.Region => new CodeField(name, kind, FieldRole.Home, texts),
            LinkKind.Address => new AddressField(name, texts),
            LinkKind.Household or LinkKind.Town or LinkKind.Street => new TextField(name, kind, FieldRole.Home, texts),
            LinkKind.Postcode or LinkKind.Phone or LinkKind.House => new NumberField(name, kind, FieldRole.Home, texts),
            LinkKind.Email => new EmailField(name, texts),
            LinkKind.Number => new NumberField(name, kind, FieldRole.Personal, texts),
            _ => new TextField(name, kind, FieldRole.Personal, texts),
        };
        if (kind == LinkKind.BirthDate)
        {
            DropDefaults(name, codes, texts);
        }

        ulong[] hashes = new ulong[texts.Length];
        Parallel.For(1, texts.Length, i => hashes[i] = LinkTable.Hash(texts[i]));
        drafts.Add(new Draft(field, codes, hashes));
    }

    // Cells that hold something else than their column says.
    private void FindUnreadable(LinkKind kind, LinkColumn[] columns, string[][] all)
    {
        for (int side = 0; side < all.Length; side++)
        {
            LinkColumn column = columns[side];
            bool[] isOther = [.. column.Values.Select((raw, i) => kind == LinkKind.Sex ? all[side][i] is { Length: > 0 } and not ("M" or "F") : i > 0 && all[side][i].Length == 0 && IsSomething(raw))];
            int filled = column.Codes.Count(code => code != 0 && IsSomething(column.Values[code]));
            int other = column.Codes.Count(code => isOther[code]);
            if (other > 20 && other > 0.1 * filled)
            {
                (string wanted, string wantedJapanese) = kind == LinkKind.Sex ? ("male or female (M, F, 男, 女, 1, 2)", "男・女（1・2、M・F）") : ("a day such as 2015-04-01 or H27.4.1", "2015-04-01、H27.4.1 のような日付");
                _findings.Add(new LinkFinding(
                    "LNK-016",
                    $"{_registers[side].Name}, {column.Name}: {LinkTable.Count1(other)} of {LinkTable.Count1(filled)} filled cells hold something else, expected {wanted}; another column seems to stand in its place. Map the columns anew (--map).",
                    Japanese: $"{_registers[side].Name} の {column.Name}：記入済み {LinkTable.Count1(filled)} 件のうち {LinkTable.Count1(other)} 件が別のものです（期待：{wantedJapanese}）。別の列と入れ替わっていないか確かめ、--map で割り当て直してください。"));
            }
        }
    }

    private bool IsSomething(string raw) => !string.IsNullOrWhiteSpace(raw) && !NoValues.Contains(_normaliser.Text(raw));

    // A department leaves out the city that all its people live in; another writes it.
    private static void DropUsualCity(string[][] addresses)
    {
        string usual = UsualCity(addresses.SelectMany(static side => side.Skip(1)));
        foreach (string[] side in addresses)
        {
            for (int i = 1; i < side.Length; i++)
            {
                side[i] = WithoutCity(side[i], usual);
            }
        }
    }

    /// <summary>Returns the city that most of the values name, empty where none names any.</summary>
    internal static string UsualCity(IEnumerable<string> addresses)
    {
        Dictionary<string, int> cities = new(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = cities.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string address in addresses)
        {
            if (City(address) is { Length: > 0 } city)
            {
                lookup[city] = lookup.TryGetValue(city, out int count) ? count + 1 : 1;
            }
        }

        return cities.Count == 0 ? "" : cities.OrderByDescending(city => city.Value).ThenBy(city => city.Key, StringComparer.Ordinal).First().Key;
    }

    /// <summary>Returns an address without its city where that is the usual one.</summary>
    internal static string WithoutCity(string address, string usual) => usual.Length > 0 && City(address).SequenceEqual(usual) ? address[(usual.Length + 1)..] : address;

    private static ReadOnlySpan<char> City(string address)
    {
        int end = address.IndexOf(AddressField.Separator, StringComparison.Ordinal);
        ReadOnlySpan<char> town = end < 0 ? address : address.AsSpan(0, end);
        return town.IndexOf('/') is > 0 and int slash ? town[..slash] : [];
    }

    private string Value(LinkKind kind, string raw) => Value(_normaliser, kind, raw);

    /// <summary>Returns a cell in the form in which it is compared, empty where it holds nothing.</summary>
    internal static string Value(ILinkNormaliser normaliser, LinkKind kind, string raw)
    {
        if (string.IsNullOrWhiteSpace(raw))
        {
            return "";
        }

        // An address has a normaliser of its own, and none is as short as a word for nothing.
        string text = kind == LinkKind.Address && raw.Length > 8 ? raw : normaliser.Text(raw);
        if (NoValues.Contains(text))
        {
            return "";
        }

        return kind switch
        {
            LinkKind.BirthDate => LinkDate.Read(text) is > 0 and int date ? date.ToString(CultureInfo.InvariantCulture) : "",
            LinkKind.Sex => text switch
            {
                "M" or "MALE" or "MAN" or "BOY" or "男" or "男性" or "男子" or "1" => "M",
                "F" or "FEMALE" or "WOMAN" or "GIRL" or "W" or "女" or "女性" or "女子" or "2" => "F",
                "0" or "9" or "3" or "U" or "X" or "その他" => "",
                _ => text,
            },
            LinkKind.Postcode or LinkKind.Number or LinkKind.House => Kept(text, char.IsLetterOrDigit),
            LinkKind.Phone => Kept(text, char.IsAsciiDigit) is { Length: >= 6 } digits ? digits : "",
            LinkKind.Address => string.Join(AddressField.Separator, normaliser.Address(raw)),
            LinkKind.Household => Kept(text, static sign => sign != ' '),
            _ => text,
        };
    }

    private static string Kept(string text, Func<char, bool> isKept) => string.Concat(text.Where(isKept));

    // A day that far more records have than days usually do is what a form fills in: it says nothing.
    private void DropDefaults(string name, int[] codes, string[] texts)
    {
        var counts = new int[texts.Length];
        foreach (int code in codes)
        {
            counts[code]++;
        }

        if (Defaults(counts) is not { } isDefault)
        {
            return;
        }

        long dropped = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            if (isDefault[codes[i]])
            {
                codes[i] = 0;
                dropped++;
            }
        }

        _findings.Add(new LinkFinding("LNK-003", $"{name}: {isDefault.Count(x => x)} date(s) stand at {LinkTable.Count1(dropped)} records, far more than any other day; taken for defaults of a form and treated as missing.",
            Japanese: $"{name}：{isDefault.Count(x => x)} 個の日付が {LinkTable.Count1(dropped)} 件に入っています。ほかの日より極端に多いため、入力画面の初期値とみなし、未記入として扱いました。元のデータの生年月日を確かめてください。"));
    }

    /// <summary>Returns which days are defaults of a form, or null where none is: days that far more records have than days usually do.</summary>
    /// <param name="counts">Records by code of the day; those without a day at 0.</param>
    internal static bool[]? Defaults(int[] counts)
    {
        int[] used = [.. counts.Skip(1).Where(static count => count > 0)];
        if (used.Length < 30)
        {
            return null;
        }

        Array.Sort(used);
        double usual = used[used.Length / 2];
        double limit = Math.Max(20, Math.Max(usual * 15, used.Sum(static count => (long)count) * 0.004));
        return used[^1] <= limit ? null : [.. counts.Select((count, code) => code > 0 && count > limit)];
    }

    private void AddNames(List<Draft> drafts)
    {
        NameBook book = new();
        NameColumns columns = new(_registers, _normaliser, book);
        columns.Read();
        (bool hasSurname, bool hasGiven) = (columns.HasSurname, columns.HasGiven);
        _tokens = columns.Tokens;
        int[] surnames = Names(book, columns.SurnameForms, columns.SurnameKanas);
        int[] givens = Names(book, columns.GivenForms, columns.GivenKanas);
        book.Close(_normaliser, [.. surnames.AsSpan(0, _counted), .. givens.AsSpan(0, _counted)]);
        FindSwapped(columns, book);
        ulong[] hashes = NameHashes(book);
        if (hasSurname)
        {
            drafts.Add(new Draft(new NameField("surname", LinkKind.Surname, FieldRole.Surname, book), surnames, hashes));
        }

        if (hasGiven)
        {
            drafts.Add(new Draft(new NameField("given_name", LinkKind.Given, FieldRole.Given, book), givens, hashes));
        }
    }

    // Columns in each other's place are compared all the same, and somebody should know.
    private void FindSwapped(NameColumns columns, NameBook book)
    {
        foreach (LinkRegister register in _registers)
        {
            foreach (LinkColumn column in register.Columns.Where(static column => column.Kind is LinkKind.SurnameKana or LinkKind.GivenKana or LinkKind.FullKana))
            {
                string[] some = [.. column.Values.Skip(1).Where(static value => !string.IsNullOrWhiteSpace(value)).Take(1000)];
                int written = some.Count(static value => value.AsSpan().ContainsAnyInRange('\u4E00', '\u9FFF'));
                if (written * 2 > some.Length)
                {
                    _findings.Add(new LinkFinding("LNK-013", $"{register.Name}, {column.Name}: {written} of {some.Length} readings looked at hold kanji; the columns of form and reading seem to be in each other's place. Map them anew.",
                        Japanese: $"{register.Name} の {column.Name}：調べた読み {some.Length} 個のうち {written} 個に漢字が入っています（期待：かな）。漢字の列とカナの列が入れ替わっていないか確かめ、--map で割り当て直してください。"));
                }
            }
        }

        if (_registers.Length < 2)
        {
            return;
        }

        int split = _registers[0].Ids.Length;
        bool[] families = new bool[book.FormCount];
        bool[] givens = new bool[book.FormCount];
        for (int i = 0; i < split; i++)
        {
            families[columns.SurnameForms[i]] = true;
            givens[columns.GivenForms[i]] = true;
        }

        (int straight, int swapped, int both) = (0, 0, 0);
        HashSet<int> kinds = [];
        for (int i = split; i < _count; i++)
        {
            (int surname, int given) = (columns.SurnameForms[i], columns.GivenForms[i]);
            if (surname != 0 && given != 0)
            {
                (bool isStraight, bool isSwapped) = (families[surname] && givens[given], givens[surname] && families[given]);
                straight += isStraight && !isSwapped ? 1 : 0;
                swapped += isSwapped && !isStraight ? 1 : 0;
                both++;
                if (isSwapped && !isStraight)
                {
                    kinds.Add(given);
                }
            }
        }

        // One value in all rows says nothing about columns.
        if (swapped > 20 && swapped > 3 * straight && swapped > both / 4 && kinds.Count > 10)
        {
            _findings.Add(new LinkFinding("LNK-014", $"{LinkTable.Count1(swapped)} records of {_registers[1].Name} have a family name that {_registers[0].Name} knows as a given name, and the other way round; the two columns seem to be in each other's place. Map them anew.",
                Japanese: $"{_registers[1].Name} の {LinkTable.Count1(swapped)} 件で、姓が {_registers[0].Name} の名に、名がその姓に当たります。姓と名の列が入れ替わっていないか確かめ、--map で割り当て直してください。"));
        }
    }

    private int[] Names(NameBook book, int[] forms, int[] kanas)
    {
        var names = new int[_count];
        for (int i = 0; i < _count; i++)
        {
            names[i] = book.Code(forms[i], kanas[i]);
        }

        return names;
    }

    /// <summary>Returns a name, empty where it only says that there is none.</summary>
    internal static string Clean(string name) => NoNames.Contains(name) || NoReadings.Contains(KanaKeys.Fold(name)) ? "" : name;

    private List<Draft> Useful(List<Draft> drafts)
    {
        List<Draft> useful = [];
        foreach (Draft draft in drafts)
        {
            var counts = new int[draft.Hashes.Length];
            foreach (int code in draft.Codes)
            {
                counts[code]++;
            }

            int filled = _count - counts[0];
            counts[0] = 0;

            string name = draft.Field.Name;
            int ofLeft = draft.Codes.Take(_registers[0].Ids.Length).Count(static code => code != 0);
            if (filled > 0 && _registers.Length == 2 && (ofLeft == 0 || ofLeft == filled))
            {
                _findings.Add(new LinkFinding("LNK-007", $"{name}: no record of {_registers[ofLeft == 0 ? 0 : 1].Name} has a value; not compared.", draft.Field.Role is FieldRole.Given or FieldRole.Birth,
                    $"{name}：{_registers[ofLeft == 0 ? 0 : 1].Name} のどの記録にも読める値がないため、比較しません。{Unlinked(draft)}列の割り当て（--map）と元のデータを確かめてください。"));
                continue;
            }

            if (filled == 0)
            {
                _findings.Add(new LinkFinding("LNK-004", $"{name}: no value can be read; not compared.", draft.Field.Role is FieldRole.Given or FieldRole.Birth,
                    $"{name}：読める値が一つもないため、比較しません。{Unlinked(draft)}列の割り当て（--map）と元のデータを確かめてください。"));
                continue;
            }

            if (IsConstant(draft))
            {
                continue;
            }

            FindMissing(draft);
            FindShared(draft);
            useful.Add(draft);
        }

        return useful;
    }

    // Where the given name or the birth date says nothing, no pair is linked without review.
    private static string Unlinked(Draft draft) => draft.Field.Role is FieldRole.Surname or FieldRole.Given or FieldRole.Birth ? "確認なしに同一人とすることはしません。" : "";

    // Records that have a value and the most that have one and the same, for each register: of names by form and by reading.
    private IEnumerable<(LinkRegister Register, string Part, int Filled, int Most, double OtherShare)> Tops(Draft draft)
    {
        NameBook? book = (draft.Field as NameField)?.Book;
        (string Part, Func<int, int> Of, int Size)[] views = book is null
            ? [("", static code => code, draft.Hashes.Length)]
            : [(" (form)", book.Form, book.FormCount), (" (reading)", book.Kana, book.KanaCount)];
        foreach ((string part, Func<int, int> of, int size) in views)
        {
            int[][] counts = [.. _registers.Select(_ => new int[size])];
            int[] filled = new int[_registers.Length];
            for (int i = 0; i < draft.Codes.Length; i++)
            {
                int side = i < _registers[0].Ids.Length ? 0 : 1;
                if (draft.Codes[i] != 0 && of(draft.Codes[i]) is > 0 and int value)
                {
                    counts[side][value]++;
                    filled[side]++;
                }
            }

            for (int side = 0; side < _registers.Length; side++)
            {
                int most = counts[side].Max();
                int value = Array.IndexOf(counts[side], most);
                double other = _registers.Length == 1 || filled[1 - side] == 0 ? -1 : (double)counts[1 - side][value] / filled[1 - side];
                yield return (_registers[side], part, filled[side], most, other);
            }
        }
    }

    // A column that says one thing of everybody in a register says nothing of anybody, whatever the other register has.
    private bool IsConstant(Draft draft)
    {
        (LinkRegister Register, string Part, int Filled, int Most, double OtherShare)[] tops = [.. Tops(draft)];
        bool isGrave = draft.Field.Role is FieldRole.Surname or FieldRole.Given or FieldRole.Birth;
        (LinkRegister Register, string Part, int Filled, int Most, double OtherShare)[] constant = [.. tops.Where(top => top.Filled > 20 && top.Most >= top.Filled * ConstantShare && (isGrave || top.OtherShare is < 0 or >= ConstantShare))];
        foreach ((LinkRegister register, string part, int filled, int most, _) in constant)
        {
            _findings.Add(new LinkFinding(
                "LNK-005",
                $"{draft.Field.Name}{part}: {LinkTable.Count1(most)} of {LinkTable.Count1(filled)} filled records of {register.Name} have the same value, expected different ones; it tells nobody apart." + (isGrave ? " Nothing is linked without review. Look whether another column was meant (--map), or have the file made anew." : ""),
                isGrave,
                $"{draft.Field.Name}{part}：{register.Name} の記入済み {LinkTable.Count1(filled)} 件のうち {LinkTable.Count1(most)} 件が同じ値です（期待：人ごとに異なる値）。人を見分けられません。{Unlinked(draft)}別の列ではないか（--map）、出力し直せないか確かめてください。"));
        }

        // Compared all the same where only form or reading is constant, or one register: nothing is linked by it, and what it says elsewhere may help a reviewer.
        int filledAll = draft.Codes.Count(static code => code != 0);
        int[] counts = new int[draft.Hashes.Length];
        foreach (int code in draft.Codes)
        {
            counts[code]++;
        }

        counts[0] = 0;
        return _count > 20 && counts.Max() >= filledAll * ConstantShare;
    }

    private void FindMissing(Draft draft)
    {
        double most = draft.Field.Role is FieldRole.Surname or FieldRole.Given or FieldRole.Birth ? 0.2 : 0.5;
        int start = 0;
        foreach (LinkRegister register in _registers)
        {
            int rows = register.Ids.Length;
            int missing = draft.Codes.AsSpan(start, rows).Count(0);
            start += rows;
            if (missing > 20 && missing > most * rows)
            {
                _findings.Add(new LinkFinding(
                    "LNK-006",
                    $"{draft.Field.Name}: missing at {LinkTable.Count1(missing)} of {LinkTable.Count1(rows)} records of {register.Name}, expected {most:P0} at most. They are linked by what is left, more of them after review; complete the column if you can.",
                    Japanese: $"{draft.Field.Name}：{register.Name} の {LinkTable.Count1(rows)} 件のうち {LinkTable.Count1(missing)} 件で空です（期待：{most:P0} まで）。ほかの項目だけで照合するため、確認が必要な組が増えます。補えるなら補ってください。"));
            }
        }
    }

    // A value that very many records of a register share, and that is no such value in the other one: a default, a code for unknown, a column filled down.
    private void FindShared(Draft draft)
    {
        if (draft.Field.Role is FieldRole.Sex || draft.Field.Kind is LinkKind.Category or LinkKind.Region or LinkKind.Town or LinkKind.Postcode)
        {
            return;
        }

        foreach ((LinkRegister register, string part, int filled, int most, double other) in Tops(draft))
        {
            double share = (double)most / Math.Max(1, filled);
            bool isShared = most > 100 && share < ConstantShare && (other < 0 ? share > 0.2 : share > 0.05 && share > 10 * other);
            if (isShared)
            {
                _findings.Add(new LinkFinding(
                    "LNK-015",
                    $"{draft.Field.Name}{part}: {LinkTable.Count1(most)} of {LinkTable.Count1(filled)} filled records of {register.Name} share one value{(other < 0 ? "" : $", expected about {LinkTable.Count1((long)(other * filled))} as in the other register")}; it may be a default or a sign for unknown. It counts as the frequent value that it is. Empty these cells if it says nothing.",
                    Japanese: $"{draft.Field.Name}{part}：{register.Name} の記入済み {LinkTable.Count1(filled)} 件のうち {LinkTable.Count1(most)} 件が同じ値です{(other < 0 ? "" : $"（もう一方の名簿の割合なら約 {LinkTable.Count1((long)(other * filled))} 件）")}。初期値や「不明」の代わりの値かもしれません。ありふれた値として弱く扱いました。意味のない値なら空にしてください。"));
            }
        }
    }

    // Places that lie in one another are no independent evidence: each counts given that the larger or the earlier one agrees or not.
    private static void SetParents(List<Draft> drafts)
    {
        int Find(LinkKind kind) => drafts.FindIndex(draft => draft.Field.Kind == kind);
        int postcode = Find(LinkKind.Postcode);
        int address = Find(LinkKind.Address);
        int town = Find(LinkKind.Town);
        for (int i = 0; i < drafts.Count; i++)
        {
            drafts[i].Field.Parent = drafts[i].Field.Kind switch
            {
                LinkKind.Address => postcode,
                LinkKind.Town when i == town => postcode >= 0 ? postcode : address,
                LinkKind.Region => postcode >= 0 ? postcode : address >= 0 ? address : town,
                _ => -1,
            };
        }
    }

    private void SetTerms(List<Draft> drafts)
    {
        foreach (Draft draft in drafts)
        {
            if (draft.Field is NameField names)
            {
                (names.FormLog, _) = Terms(draft.Codes.AsSpan(0, _counted), names.Book.Form, names.Book.Count, names.Book.FormCount);
                (names.KanaLog, _) = Terms(draft.Codes.AsSpan(0, _counted), name => names.Book.Fold(names.Book.Kana(name)), names.Book.Count, names.Book.KanaCount);
                continue;
            }

            (draft.Field.TermLog, float unseen) = Terms(draft.Codes.AsSpan(0, _counted), static code => code, draft.Hashes.Length, draft.Hashes.Length);
            (draft.Field as DateField)?.Floor(Average(draft.Field.TermLog, unseen));
        }
    }

    /// <summary>Returns the chance that two records have one value, over the values that occur.</summary>
    internal static double Average(float[] logs, float unseen) => logs.Skip(1).Where(log => log > unseen).Sum(static log => Math.Pow(2, 2 * log));

    /// <summary>Returns for each term the share of records with it as a logarithm to base 2, and that of a term that none has.</summary>
    /// <param name="codes">Of the records that count.</param>
    /// <param name="term">The term of a code.</param>
    /// <param name="codeCount">The count of codes.</param>
    /// <param name="size">The count of terms.</param>
    /// <remarks>One is added to each count (Laplace): a value that was seen once is not sure to be that rare.</remarks>
    internal static (float[] Logs, float Unseen) Terms(ReadOnlySpan<int> codes, Func<int, int> term, int codeCount, int size)
    {
        var byCode = new int[codeCount];
        foreach (int code in codes)
        {
            byCode[code]++;
        }

        var counts = new int[size];
        for (int code = 1; code < codeCount; code++)
        {
            counts[term(code)] += byCode[code];
        }

        counts[0] = 0;
        long total = counts.Sum(static count => (long)count);
        int used = counts.Count(static count => count > 0);
        return ([.. counts.Select(count => (float)Math.Log2((count + 1.0) / (total + used)))], (float)Math.Log2(1.0 / (total + used)));
    }

    private LinkTable Order(List<Draft> drafts)
    {
        int width = drafts.Count;
        int[] order = new int[_count];
        ulong[] keys = new ulong[_count];
        int start = 0;
        foreach (LinkRegister register in _registers)
        {
            int from = start;
            Parallel.For(0, register.Ids.Length, i =>
            {
                order[from + i] = from + i;
                keys[from + i] = LinkTable.Hash(register.Ids[i]);
            });
            Array.Sort(keys, order, start, register.Ids.Length);
            start += register.Ids.Length;
        }

        bool[] repeated = Repeated(drafts, keys, order);
        int[] codes = new int[_count * width];
        string[] ids = new string[_count];
        int leftCount = _registers[0].Ids.Length;
        Parallel.For(0, _count, place =>
        {
            int record = order[place];
            ids[place] = record < leftCount ? _registers[0].Ids[record] : _registers[1].Ids[record - leftCount];
            for (int f = 0; f < width; f++)
            {
                codes[(place * width) + f] = drafts[f].Codes[record];
            }
        });
        _tokens?.Close(order);
        return new LinkTable(
            [.. drafts.Select(draft => draft.Field)], [.. drafts.Select(draft => draft.Hashes)], codes, ids, repeated, leftCount, _registers.Length == 2,
            [.. _registers.Select(register => register.Name)], _normaliser.Version, _findings)
        { Tokens = _tokens };
    }

    // Records of one id (or one hash) are ordered by what they say.
    private bool[] Repeated(List<Draft> drafts, ulong[] keys, int[] order)
    {
        bool[] repeated = new bool[_count];
        int leftCount = _registers[0].Ids.Length;
        long count = 0;
        for (int i = 0; i < _count;)
        {
            int end = i + 1;
            while (end < _count && keys[end] == keys[i] && end != leftCount)
            {
                end++;
            }

            if (end - i > 1)
            {
                Array.Sort(order, i, end - i, Comparer<int>.Create((a, b) =>
                {
                    for (int f = 0; f < drafts.Count; f++)
                    {
                        int compared = drafts[f].Hashes[drafts[f].Codes[a]].CompareTo(drafts[f].Hashes[drafts[f].Codes[b]]);
                        if (compared != 0)
                        {
                            return compared;
                        }
                    }

                    return 0;
                }));
                repeated.AsSpan(i, end - i).Fill(true);
                count += end - i;
            }

            i = end;
        }

        if (count > 0)
        {
            _findings.Add(new LinkFinding("LNK-001", $"{LinkTable.Count1(count)} records share their id with another record of the same file; a link of theirs names no single record, so none is made without review. Name a unique column with --id.",
                Japanese: $"{LinkTable.Count1(count)} 件の番号が同じファイルの中で重複しています（期待：1 件に 1 つ）。どの記録か決まらないため、確認なしに同一人とすることはしません。--id で重複のない列を指定してください。"));
        }

        return repeated;
    }
}

/// <summary>Reads dates of birth into digits; a date that no calendar has is kept as it stands, because its parts still compare.</summary>
internal static class LinkDate
{
    /// <summary>Returns year × 10000 + month × 100 + day, or 0 where there is no date.</summary>
    /// <remarks>Orders: year first, or day first where the year comes last; eras by <see cref="EraDate"/>.</remarks>
    public static int Read(string text)
    {
        Span<int> parts = stackalloc int[4];
        Span<int> lengths = stackalloc int[4];
        int count = 0;
        bool inDigits = false;
        bool hasOther = false;
        foreach (char sign in text)
        {
            if (char.IsAsciiDigit(sign))
            {
                if (!inDigits)
                {
                    if (count == 3)
                    {
                        // A time of day behind the date.
                        break;
                    }

                    parts[count] = 0;
                    lengths[count++] = 0;
                }

                inDigits = true;
                if (lengths[count - 1] < 8)
                {
                    parts[count - 1] = (parts[count - 1] * 10) + sign - '0';
                    lengths[count - 1]++;
                }
            }
            else
            {
                hasOther |= count == 0 && sign != ' ';
                inDigits = false;
            }
        }

        int year;
        int month;
        int day;
        if (!hasOther && count == 1 && lengths[0] == 8)
        {
            (year, month, day) = (parts[0] / 10000, parts[0] / 100 % 100, parts[0] % 100);
        }
        else if (!hasOther && count == 3 && lengths[0] == 4)
        {
            (year, month, day) = (parts[0], parts[1], parts[2]);
        }
        else if (!hasOther && count == 3 && lengths[2] == 4)
        {
            (year, month, day) = (parts[2], parts[1], parts[0]);
        }
        else
        {
            return EraDate.Read(text, out DateOnly date, out _) is DateOutcome.Good or DateOutcome.Repaired ? (date.Year * 10000) + (date.Month * 100) + date.Day : 0;
        }

        bool isNone = year is 9999 or 0 || (year == 1900 && month == 1 && day == 1);
        return isNone || year > 2999 || month > 99 || day > 99 ? 0 : (year * 10000) + (month * 100) + day;
    }
}
