namespace Warehouse.Etl.Link.Names;

/// <summary>What was noticed while a name was read.</summary>
[Flags]
public enum NameFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Surname and given name are not separated; all of it stands as the surname.</summary>
    Unsplit = 1,

    /// <summary>The given name is one for a child not named yet, and is taken as null.</summary>
    Unnamed = 2,

    /// <summary>The name has Latin letters, or parts as foreign names have them: compare its tokens.</summary>
    Foreign = 4,

    /// <summary>A character is unknown (〓, private use, a broken code).</summary>
    Wildcard = 8,

    /// <summary>A second name stands in brackets: 通称, 旧姓 or a form without a word.</summary>
    HasAlias = 16,
}

/// <summary>A name in its parts, as written.</summary>
/// <param name="Surname">The surname, or all of a name that is not split; empty for none.</param>
/// <param name="Given">The given name with middle names; empty for none.</param>
/// <param name="Alias">The name in brackets; empty for none.</param>
/// <param name="Flags">What was noticed.</param>
public readonly record struct PersonName(string Surname, string Given, string Alias, NameFlags Flags)
{
    private const string Openings = "(（〔［[<＜【";
    private const string Closings = ")）〕］]>＞】";
    private static readonly string[] AliasWords = ["通称名", "通称", "旧姓", "旧氏", "本名", "併記名", "俗称"];

    // Titles that systems put after a name. One sign alone (様) is cut only after a blank, as it may end a name.
    private static readonly string[] Titles = ["様", "殿", "さん", "ちゃん", "くん", "君", "氏"];

    private static readonly HashSet<string> UnnamedForms = new(
        ["ミテイ", "未定", "未命名", "命名前", "命名マエ", "命名未了", "命名未", "命名ナシ", "名未定", "名前ナシ", "名前未定", "ナナシ", "名無", "名無シ", "名ナシ", "無名", "未届", "未届出", "未登録", "不明", "フメイ", "不詳", "氏名不詳", "ナシ", "無シ", "無", "未", "新生児", "シンセイジ", "出生児", "新生児男", "新生児女", "男児", "女児", "ダンジ", "ジョジ", "男ノ子", "女ノ子", "オトコノコ", "オンナノコ", "ベビー", "ベイビー", "ベービー", "ベビ", "ベビーチャン", "赤チャン", "アカチャン", "BABY", "BABYBOY", "BABYGIRL", "NEWBORN", "UNKNOWN", "NONAME", "NONE", "NULL", "NA", "TEST", "MEIMEIMAE", "胎児", "タイジ", "多胎", "双子", "無記名", "記載ナシ"],
        StringComparer.Ordinal);

    /// <summary>Reads a name field.</summary>
    /// <remarks>The first blank parts surname and given name; a comma (SMITH, JOHN) and the dots of ティ・ラン part too. Brackets hold an alias.</remarks>
    public static PersonName Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new PersonName(string.Empty, string.Empty, string.Empty, NameFlags.None);
        }

        ReadOnlySpan<char> name = text.AsSpan().Trim();
        NameFlags flags = NameFlags.None;
        string alias = string.Empty;
        int open = name.IndexOfAny(Openings);
        if (open >= 0)
        {
            ReadOnlySpan<char> rest = name[(open + 1)..];
            int close = rest.IndexOfAny(Closings);
            alias = WithoutWord((close < 0 ? rest : rest[..close]).Trim());
            flags |= alias.Length > 0 ? NameFlags.HasAlias : NameFlags.None;
            if (open > 0)
            {
                name = name[..open].TrimEnd();
            }
            else
            {
                name = close < 0 ? [] : rest[(close + 1)..].Trim();
            }
        }

        name = WithoutTitle(name);
        int cut = CutAt(name, out int width);
        if (IsForeign(name, cut))
        {
            flags |= NameFlags.Foreign;
        }

        if (cut < 0)
        {
            bool isUnnamed = IsUnnamed(name);
            return new PersonName(
                isUnnamed ? string.Empty : name.ToString(), string.Empty, alias, flags | (isUnnamed ? NameFlags.Unnamed : name.IsEmpty ? NameFlags.None : NameFlags.Unsplit));
        }

        ReadOnlySpan<char> surname = name[..cut].TrimEnd();
        ReadOnlySpan<char> given = name[(cut + width)..].Trim();
        if (IsUnnamed(given))
        {
            return new PersonName(surname.ToString(), string.Empty, alias, flags | NameFlags.Unnamed);
        }

        return new PersonName(surname.ToString(), given.ToString(), alias, flags);
    }

    /// <summary>Returns whether a given name only says that the child has none yet: 長男, ベビー, 命名前, 第二子, ベビーA.</summary>
    public static bool IsUnnamed(ReadOnlySpan<char> given)
    {
        // Real names are rarely longer, and the longest form is NEWBORN2.
        if (given.IsEmpty || given.Length > 12)
        {
            return false;
        }

        CharBuffer key = new(stackalloc char[64]);
        KanjiKeys.WriteFold(given, ref key);
        bool isUnnamed = IsUnnamedKey(key.Text);
        key.Dispose();
        return isUnnamed;
    }

    private static bool IsUnnamedKey(ReadOnlySpan<char> key)
    {
        // ベビー1, ベビーA, BABY2: a child of a multiple birth. 第 二 子 and 二男 carry a number at the front.
        if (key.Length > 2 && (char.IsAsciiDigit(key[^1]) || (key[^1] is 'A' or 'B' or 'C' && !char.IsAsciiLetter(key[^2]))))
        {
            key = key[..^1];
        }

        if (key.Length == 0 || UnnamedForms.GetAlternateLookup<ReadOnlySpan<char>>().Contains(key))
        {
            return true;
        }

        ReadOnlySpan<char> ordinal = key[0] == '第' ? key[1..] : key;
        bool isOrdinal = ordinal.Length == 2 && "長次一二三四五六七八九十12345678".Contains(ordinal[0], StringComparison.Ordinal);

        // 一子 (カズコ) and 三女 alone: 子 is a name's ending unless 第 stands before; 男 and 女 after a number are the register's words.
        return isOrdinal && (ordinal[1] == '女' || (ordinal[1] == '男' && ordinal[0] is '長' or '次' or '二' or '三' or '四') || (ordinal[1] == '子' && key[0] == '第'));
    }

    private static int CutAt(ReadOnlySpan<char> name, out int width)
    {
        width = 1;
        int comma = name.IndexOfAny(",，");
        if (comma > 0)
        {
            return comma;
        }

        for (int i = 1; i < name.Length; i++)
        {
            if (char.IsWhiteSpace(name[i]))
            {
                return i;
            }
        }

        int dot = name.IndexOfAny("・･=＝");
        return dot > 0 && dot < name.Length - 1 ? dot : -1;
    }

    private static bool IsForeign(ReadOnlySpan<char> name, int cut)
    {
        int blanks = 0;
        int letters = 0;
        for (int i = 0; i < name.Length; i++)
        {
            char sign = NameTables.Width[name[i]];
            letters += char.IsAsciiLetter(sign) || (sign is >= 'À' and <= 'ɏ') || (sign is >= 'Ḁ' and <= 'ỿ') ? 1 : 0;
            blanks += sign is '・' or '=' || (char.IsWhiteSpace(sign) && i > 0 && !char.IsWhiteSpace(name[i - 1])) ? 1 : 0;
        }

        return letters >= 2 || blanks >= 2 || (cut > 0 && name.IndexOfAny("・･") > 0);
    }

    private static string WithoutWord(ReadOnlySpan<char> alias)
    {
        foreach (string word in AliasWords)
        {
            if (alias.StartsWith(word, StringComparison.Ordinal))
            {
                return alias[word.Length..].TrimStart(" 　:：").ToString();
            }
        }

        return alias.ToString();
    }

    private static ReadOnlySpan<char> WithoutTitle(ReadOnlySpan<char> name)
    {
        foreach (string title in Titles)
        {
            if (name.EndsWith(title, StringComparison.Ordinal) && name.Length > title.Length && char.IsWhiteSpace(name[name.Length - title.Length - 1]) && name[..^title.Length].Trim().IndexOfAny(" 　") > 0)
            {
                return name[..^title.Length].TrimEnd();
            }
        }

        return name;
    }
}
