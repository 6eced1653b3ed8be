using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>Holds the tables of this folder's <c>Data</c>: one entry for each 16-bit code unit, and small maps for what lies beyond.</summary>
/// <remarks>Read once; about 0.5 MB. What an entry means is said at <see cref="Width"/>.</remarks>
internal static class NameTables
{
    /// <summary>The sign that stands for one character of which nothing is known: 〓, private use, a broken code.</summary>
    public const char Wildcard = '〓';

    // Instructions in the tables. They are surrogates, which as single units are no text, so no real entry is one.
    internal const char Drop = '\uD800';
    internal const char VoicedMark = '\uD801';
    internal const char SemiVoicedMark = '\uD802';
    internal const char Expand = '\uD803';
    internal const char High = '\uD804';
    internal const char Dash = '\uD805';
    internal const char RepeatKana = '\uD806';
    internal const char RepeatVoiced = '\uD807';
    internal const char RepeatKanji = '\uD808';

    private const string HalfKana = "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
    private const string FullKana = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    private const string AinuKana = "クシストヌハヒフヘホムラリルレロ";

    // Quotation marks, separators and brackets that carry nothing in a name.
    private const string SilentInNames = "・･·.,'\"`´’‘“”=＝:;/\\()[]{}<>「」『』【】〔〕〈〉《》、。_|^~!#$%&+@";
    private const string WildcardsInKanji = "?■□●○◆◇▲△▼▽※*＊◎★☆";

    /// <summary>Every unit in one width, hiragana as katakana, with instructions for what is more than one character.</summary>
    public static readonly char[] Width = new char[65536];

    /// <summary>Every unit as it stands in a kana key.</summary>
    public static readonly char[] Kana = new char[65536];

    /// <summary>Every unit as it stands in a kanji key, variants of tier 1 in one form.</summary>
    public static readonly char[] Kanji = new char[65536];

    /// <summary>What one unit expands to.</summary>
    public static readonly FrozenDictionary<char, string> Expansions;

    /// <summary>What one character beyond U+FFFF stands for, before variants.</summary>
    public static readonly FrozenDictionary<int, string> Beyond;

    /// <summary>The usual form of a kanji beyond U+FFFF.</summary>
    public static readonly FrozenDictionary<int, char> BeyondVariants;

    /// <summary>Pairs of kanji of tier 2, both in their usual form, smaller code point first.</summary>
    public static readonly FrozenSet<long> Like;

    static NameTables()
    {
        Dictionary<char, string> expansions = [];
        Dictionary<int, string> beyond = [];
        Dictionary<int, char> beyondVariants = [];
        FillWidth(expansions, beyond);
        char[] usual = new char[65536];
        for (int i = 0; i < usual.Length; i++)
        {
            usual[i] = (char)i;
        }

        foreach (string[] row in Rows("variants.txt"))
        {
            foreach (Rune variant in row[1].EnumerateRunes())
            {
                if (variant.IsBmp)
                {
                    usual[variant.Value] = row[0][0];
                }
                else
                {
                    beyondVariants[variant.Value] = row[0][0];
                }
            }
        }

        FillNames(usual);
        Expansions = expansions.ToFrozenDictionary();
        Beyond = beyond.ToFrozenDictionary();
        BeyondVariants = beyondVariants.ToFrozenDictionary();
        Like = ReadLike(usual, beyondVariants).ToFrozenSet();
    }

    /// <summary>Returns whether a unit of a folded text is katakana or the long mark.</summary>
    public static bool IsKana(char sign) => sign is >= 'ァ' and <= 'ヺ' or 'ー';

    /// <summary>Returns katakana with the voiced mark on it, or U+0000 when it takes none.</summary>
    public static char Voiced(char kana) => kana switch
    {
        'ウ' => 'ヴ',
        'ヵ' => 'ガ',
        'ヶ' => 'ゲ',
        'ヽ' => 'ヾ',
        'ワ' => 'ヷ',
        'ヰ' => 'ヸ',
        'ヱ' => 'ヹ',
        'ヲ' => 'ヺ',
        >= 'カ' and <= 'ヂ' when (kana & 1) == 1 => (char)(kana + 1),
        'ツ' or 'テ' or 'ト' => (char)(kana + 1),
        'ハ' or 'ヒ' or 'フ' or 'ヘ' or 'ホ' => (char)(kana + 1),
        _ => '\0',
    };

    /// <summary>Returns katakana with the half-voiced mark on it, or U+0000 when it takes none.</summary>
    public static char SemiVoiced(char kana) => kana is 'ハ' or 'ヒ' or 'フ' or 'ヘ' or 'ホ' ? (char)(kana + 2) : '\0';

    /// <summary>Returns the key of an unordered pair of code points.</summary>
    public static long PairKey(int a, int b) => ((long)Math.Min(a, b) << 32) | (uint)Math.Max(a, b);

    /// <summary>Reads the rows of a table as cells between blanks.</summary>
    public static IEnumerable<string[]> Rows(string file)
    {
        using Stream stream = typeof(NameTables).Assembly.GetManifestResourceStream("names/" + file)
            ?? throw new InvalidOperationException($"embedded resource names/{file} is missing");
        using StreamReader reader = new(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    private static void FillWidth(Dictionary<char, string> expansions, Dictionary<int, string> beyond)
    {
        for (int i = 0; i < 65536; i++)
        {
            Width[i] = i switch
            {
                < 0x20 when i is not (9 or 10 or 13) => Drop,
                9 or 10 or 13 or 0xA0 or 0x3000 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F => ' ',
                0x7F or 0xAD or (>= 0x80 and <= 0x9F) => Drop,
                (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF => Drop,
                (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) => Drop,
                (>= 0x0300 and <= 0x036F) => Drop,
                (>= 0x3041 and <= 0x3096) or 0x309D or 0x309E => (char)(i + 0x60),
                0x3099 or 0x309B or 0xFF9E => VoicedMark,
                0x309A or 0x309C or 0xFF9F => SemiVoicedMark,
                (>= 0x31F0 and <= 0x31FF) => AinuKana[i - 0x31F0],
                (>= 0xD800 and <= 0xDBFF) => High,
                (>= 0xDC00 and <= 0xDFFF) or (>= 0xE000 and <= 0xF8FF) or 0xFFFD or 0xFFFE or 0xFFFF => Wildcard,
                (>= 0xFFF0 and <= 0xFFFC) => Drop,
                0x301C or 0x3030 => 'ー',
                _ => (char)i,
            };
        }

        foreach (string[] row in Rows("fold.txt"))
        {
            int from = int.Parse(row[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            StringBuilder text = new();
            foreach (string code in row.AsSpan(1))
            {
                int to = int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (to > 0xFFFF)
                {
                    text.Append(char.ConvertFromUtf32(to));
                }
                else if (Width[to] is < '\uD800' or > '\uDFFF')
                {
                    text.Append(Width[to]);
                }
            }

            if (from > 0xFFFF)
            {
                beyond[from] = text.ToString();
            }
            else if (Width[from] == (char)from)
            {
                if (text.Length == 1)
                {
                    Width[from] = text[0];
                }
                else
                {
                    Width[from] = Expand;
                    expansions[(char)from] = text.ToString();
                }
            }
        }

        // Half-width kana after the table, which knows them too; the middle dot of half width is the middle dot.
        for (int i = 0; i < HalfKana.Length; i++)
        {
            Width[HalfKana[i]] = FullKana[i];
        }

        Width['ヿ'] = Expand;
        expansions['ヿ'] = "コト";
        Width['ゟ'] = Expand;
        expansions['ゟ'] = "ヨリ";
    }

    private static void FillNames(char[] usual)
    {
        char[] latin = new char[65536];
        foreach (string[] row in Rows("latin.txt"))
        {
            foreach (char marked in row[1])
            {
                latin[marked] = row[0][0];
            }
        }

        for (int i = 0; i < 65536; i++)
        {
            char wide = Width[i];
            char name = wide switch
            {
                _ when wide is >= '\uD800' and <= '\uDFFF' => wide,
                >= 'a' and <= 'z' => (char)(wide - 32),
                _ when latin[wide] != 0 => latin[wide],
                'ヽ' => RepeatKana,
                'ヾ' => RepeatVoiced,
                '々' or '〻' or '仝' => RepeatKanji,
                _ when IsDash(wide) => Dash,
                ' ' => Drop,
                _ when SilentInNames.Contains(wide, StringComparison.Ordinal) => Drop,
                'ヵ' => 'カ',
                'ヶ' => 'ケ',
                _ => wide,
            };
            Kana[i] = name == '?' ? Wildcard : name;
            Kanji[i] = name is >= '\uD800' and <= '\uDFFF' ? name : WildcardsInKanji.Contains(name, StringComparison.Ordinal) ? Wildcard : usual[name];
        }
    }

    private static bool IsDash(char sign) => sign is '-' or 'ー' or '~' or '\u2212' or '\u2500' or '\u2501' or '\u02D7' or '\u00AF' or (>= '\u2010' and <= '\u2015') or '\u2043';

    private static HashSet<long> ReadLike(char[] usual, Dictionary<int, char> beyondVariants)
    {
        HashSet<long> pairs = [];
        foreach (string[] row in Rows("variants2.txt"))
        {
            foreach (Rune other in row[1].EnumerateRunes())
            {
                Add(Rune.GetRuneAt(row[0], 0).Value, other.Value);
            }
        }

        foreach (string[] row in Rows("hand.txt").Where(r => r[0] == "like"))
        {
            foreach (string pair in row.AsSpan(1))
            {
                Add(pair[0], pair[1]);
            }
        }

        return pairs;

        void Add(int a, int b)
        {
            a = a < 65536 ? usual[a] : beyondVariants.GetValueOrDefault(a, (char)0) is var one and not '\0' ? one : a;
            b = b < 65536 ? usual[b] : beyondVariants.GetValueOrDefault(b, (char)0) is var two and not '\0' ? two : b;
            if (a != b)
            {
                pairs.Add(PairKey(a, b));
            }
        }
    }
}
