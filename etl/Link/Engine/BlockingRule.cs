namespace Warehouse.Etl.Link.Engine;

/// <summary>Something two records may share: a field's value or a part of it, or two names in either order.</summary>
internal sealed class BlockingPart(string name, int field, Func<int, ulong> ofCode, int count, BlockingPart? other = null, ulong[]? byRecord = null)
{
    private ulong[] _byCode = Fill([], ofCode, count);

    /// <summary>What two records must share, for people.</summary>
    internal string Name { get; } = name;

    /// <summary>Whether any value has the part.</summary>
    internal bool IsFilled => Array.Exists(_byCode, static hash => hash != 0);

    /// <summary>Takes in the values of the table that came since.</summary>
    internal void Grow(LinkTable table)
    {
        _byCode = Fill(_byCode, ofCode, table.Hashes[field].Length);
        other?.Grow(table);
    }

    private static ulong[] Fill(ulong[] before, Func<int, ulong> ofCode, int count)
    {
        int from = before.Length;
        if (from < count)
        {
            Array.Resize(ref before, count);
            Parallel.For(0, (count - from + 4095) / 4096, part =>
            {
                for (int code = Math.Max(1, from + (part * 4096)); code < Math.Min(count, from + ((part + 1) * 4096)); code++)
                {
                    before[code] = ofCode(code);
                }
            });
        }

        return before;
    }

    /// <summary>Returns a part that asks for this one and another in either order.</summary>
    internal BlockingPart With(BlockingPart second, string both) => new(both, field, ofCode, _byCode.Length, second);

    /// <summary>Returns the hash of the part, or 0 where it is missing.</summary>
    internal ulong Value(LinkTable table, int record)
    {
        if (byRecord is not null)
        {
            return byRecord[record];
        }

        ulong value = _byCode[table.Code(record, field)];
        if (other is null || value == 0)
        {
            return value;
        }

        ulong second = other.Value(table, record);

        // The sum does not depend on the order, so swapped names meet.
        return second == 0 ? 0 : LinkTable.Mix(value + second);
    }
}

/// <summary>A rule of blocking: all its parts must be equal and filled.</summary>
internal sealed class BlockingRule(string name, BlockingPart[] parts, bool isStrong)
{
    // From selective to coarse. Parts: D birth date, DS the same with day and month in order, MD YM YD Y its parts, SF SK SP family name (form, reading, sound), GF GK GP
    // given name, NF NK NP both in either order, H household, P phone, E mail, EB its mailbox, PC postal code, AD address, AB town and block, TW town, X sex, N# numbers, T# texts, WM WL the greatest and least of the words of a name.
    private const string Ladder =
        "N#;E;D SK GK;D SF GF;D GK;D GF;D SK;D SF;D WM;D WL;D GP;D SP;DS NK;DS NF;DS GK;DS GF;D H;D P;D AD;D AB;D PC;NF Y;NK Y;NF MD;NK MD;NF YM;NK YM;NF PC;NK PC;NK AB;NF AB;NF P;NF H;"
        + "GF H;GK H;GF AD;GK AD;GF P;GK P;SF P;NP Y;NP PC;P;D TW;NF TW;NK TW;EB;NF;NK;D X;D;GF PC;GK PC;SF PC;SK PC;NP;YM GK;MD GK;YD GK;YM GF;MD GF;YD GF;YM SK;MD SK;YD SK;"
        + "YM SF;MD SF;YD SF;GP YM;GP MD;GP YD;SP YM;SP MD;SP YD;T# GF;T# SF;T# D;GF SP;SF GP;GF TW;SF TW;GP PC;SP PC;AD;YM PC;MD PC;YD PC;Y PC;MD TW;YM TW;YD TW;GF Y;SF Y;GK Y;SK Y;"
        + "MD;YM;GF;SF;T#;PC";

    // The rules that serve to find sure duplicates within a register: all of them ask for a given name, a mailbox or a number.
    private static readonly string[] Strong = ["N#", "E", "D GK", "D GF", "DS NK", "DS NF"];

    /// <summary>What two records must share.</summary>
    internal string Name { get; } = name;

    /// <summary>Whether few unrelated records share it.</summary>
    internal bool IsStrong { get; } = isStrong;

    /// <summary>Takes in the values of the table that came since.</summary>
    internal void Grow(LinkTable table)
    {
        foreach (BlockingPart part in parts)
        {
            part.Grow(table);
        }
    }

    /// <summary>Returns the key of a record, 0 where a part is missing.</summary>
    internal uint Key(LinkTable table, int record)
    {
        ulong hash = 0;
        foreach (BlockingPart part in parts)
        {
            ulong value = part.Value(table, record);
            if (value == 0)
            {
                return 0;
            }

            hash = LinkTable.Mix((hash * 31) + value);
        }

        return Math.Max(1, (uint)(hash >> 32));
    }

    /// <summary>Returns the rules for the fields of a table.</summary>
    internal static List<BlockingRule> For(LinkTable table)
    {
        Dictionary<string, List<BlockingPart>> parts = Parts(table);
        List<BlockingRule> rules = [];
        foreach (string line in Ladder.Split(';'))
        {
            string[] names = line.Split(' ');
            if (names.All(parts.ContainsKey))
            {
                // A part of which there are several (texts, numbers) makes a rule for each.
                foreach (BlockingPart first in parts[names[0]])
                {
                    BlockingPart[] all = [first, .. names.Skip(1).Select(name => parts[name][0])];
                    rules.Add(new BlockingRule(string.Join(" + ", all.Select(part => part.Name)), all, Strong.Contains(line)));
                }
            }
        }

        return rules;
    }

    private static Dictionary<string, List<BlockingPart>> Parts(LinkTable table)
    {
        Dictionary<string, List<BlockingPart>> parts = new(StringComparer.Ordinal);
        void Add(string code, BlockingPart part)
        {
            if (!parts.TryGetValue(code, out List<BlockingPart>? list))
            {
                parts[code] = list = [];
            }

            list.Add(part);
        }

        for (int f = 0; f < table.Fields.Count; f++)
        {
            LinkField field = table.Fields[f];
            int place = f;
            int count = table.Hashes[f].Length;
            BlockingPart Part(string name, Func<int, ulong> ofCode) => new(name, place, ofCode, count);
            BlockingPart Whole() => Part(field.Name, code => table.Hashes[place][code]);
            switch (field)
            {
                case NameField { Role: FieldRole.Home } guardian:
                    Add("H", Part(field.Name, code => guardian.Book.FoldHash(guardian.Book.Kana(code)) is var kana and not 0 ? kana : LinkTable.Hash(guardian.Book.FormText(guardian.Book.Form(code)))));
                    break;
                case NameField names:
                    AddName(names, Part, Add);
                    break;
                case DateField dates:
                    Add("D", Whole());
                    AddDate(dates, Part, Add);
                    break;
                case AddressField address:
                    Add("AD", Part(field.Name, code => address.HouseHash(code)));
                    Add("AB", Part("block", code => address.HouseHash(code, 2)));
                    break;
                case EmailField mail:
                    Add("E", Whole());
                    Add("EB", Part("mailbox", code => LinkTable.Hash(mail.Show(code).Split('@')[0])));
                    break;
                default:
                    Add(field.Kind switch
                    {
                        LinkKind.Household => "H",
                        LinkKind.Phone => "P",
                        LinkKind.Postcode => "PC",
                        LinkKind.Town => "TW",
                        LinkKind.Sex => "X",
                        LinkKind.Number => "N#",
                        LinkKind.Text or LinkKind.Street => "T#",
                        _ => "R#",
                    }, Whole());
                    break;
            }
        }

        if (table.Tokens is { } tokens)
        {
            int surname = table.Find(LinkKind.Surname);
            int given = table.Find(LinkKind.Given);
            if (surname >= 0 && given >= 0)
            {
                var most = new ulong[table.Count];
                var least = new ulong[table.Count];
                Parallel.For(0, table.Count, i => (most[i], least[i]) = tokens.Keys(i, table.Code(i, surname), table.Code(i, given)));
                Add("WM", new BlockingPart("one word of the name", surname, static _ => 0, 0, byRecord: most));
                Add("WL", new BlockingPart("another word of the name", surname, static _ => 0, 0, byRecord: least));
            }
        }

        Either(parts, "NF", "SF", "GF", "both names");
        Either(parts, "NK", "SK", "GK", "both readings");
        Either(parts, "NP", "SP", "GP", "sound of both names");
        return parts;
    }

    private static void Either(Dictionary<string, List<BlockingPart>> parts, string code, string first, string second, string name)
    {
        if (parts.TryGetValue(first, out List<BlockingPart>? a) && parts.TryGetValue(second, out List<BlockingPart>? b))
        {
            parts[code] = [a[0].With(b[0], name)];
        }
    }

    private static void AddName(NameField field, Func<string, Func<int, ulong>, BlockingPart> part, Action<string, BlockingPart> add)
    {
        NameBook book = field.Book;
        BlockingPart forms = part(field.Name, name => book.Form(name) is > 0 and int form ? LinkTable.Hash(book.FormText(form)) : 0);
        BlockingPart kanas = part(field.Name + " reading", name => book.FoldHash(book.Kana(name)));
        BlockingPart sounds = part("sound of " + field.Name, name => LinkTable.Hash(Sound.Of(book.Kana(name) is > 0 and int kana ? book.KanaText(kana) : book.FormText(book.Form(name)))));
        string letter = field.Role == FieldRole.Surname ? "S" : "G";
        if (forms.IsFilled)
        {
            add(letter + "F", forms);
        }

        if (kanas.IsFilled)
        {
            add(letter + "K", kanas);
        }

        add(letter + "P", sounds);
    }

    private static void AddDate(DateField field, Func<string, Func<int, ulong>, BlockingPart> part, Action<string, BlockingPart> add)
    {
        Func<int, ulong> Of(Func<int, int, int, int> of) => code =>
        {
            int date = field.Date(code);
            return LinkTable.Mix((ulong)of(date / 10000, date / 100 % 100, date % 100) + 1);
        };
        add("DS", part(field.Name + " in either order", Of((y, m, d) => (y * 10000) + (Math.Min(m, d) * 100) + Math.Max(m, d))));
        add("MD", part("month and day", Of((_, m, d) => (m * 100) + d)));
        add("YM", part("year and month", Of((y, m, _) => (y * 100) + m)));
        add("YD", part("year and day", Of((y, _, d) => (y * 100) + d)));
        add("Y", part("year", Of((y, _, _) => y)));
    }
}

/// <summary>A key under which names that sound or look alike meet.</summary>
internal static class Sound
{
    // Soundex classes of A to Z (R. C. Russell, US patents 1,261,167 (1918) and 1,435,663 (1922)); vowels, H, W and Y have none.
    private const string Classes = "01230120022455012623010202";

    // The row of the table of fifty sounds for ァ (30A1) to ヶ (30F6).
    private const string Rows =
        "AAAAAAAAAAKKKKKKKKKKSSSSSSSSSSTTTTTTTTTTTNNNNNHHHHHHHHHHHHHHHMMMMMYYYYYYRRRRRWWWWWNHKK";

    /// <summary>Returns the key: Soundex without its first letter's privilege for Latin names, rows of the first three kana, the first character of kanji.</summary>
    internal static string Of(string name)
    {
        if (name.Length == 0)
        {
            return "";
        }

        char first = name[0];
        if (first is >= 'A' and <= 'Z')
        {
            Span<char> key = stackalloc char[4];
            key[0] = first;
            int length = 1;
            char last = Classes[first - 'A'];
            foreach (char sign in name.AsSpan(1))
            {
                char code = sign is >= 'A' and <= 'Z' ? Classes[sign - 'A'] : '0';
                if (code != '0' && code != last && length < 4)
                {
                    key[length++] = code;
                }

                last = sign is 'H' or 'W' ? last : code;
            }

            return new string(key[..length]);
        }

        if (first is >= '\u30A1' and <= '\u30F6')
        {
            return string.Concat(name.Take(3).Select(sign => sign is >= '\u30A1' and <= '\u30F6' ? Rows[sign - '\u30A1'] : '-'));
        }

        return char.IsHighSurrogate(first) && name.Length > 1 ? name[..2] : name[..1];
    }
}
