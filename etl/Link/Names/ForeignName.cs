using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>A name as a set of tokens, for names whose order, middle names and script differ from file to file.</summary>
/// <param name="Tokens">The tokens in ordinal order, each once: Latin capitals without marks, katakana, or kanji in their usual form.</param>
/// <param name="Sounds">For every token the skeleton of its sound, which Latin and katakana share; the skeletons in ordinal order.</param>
public sealed record NameTokens(IReadOnlyList<string> Tokens, IReadOnlyList<string> Sounds)
{
    /// <summary>No token.</summary>
    public static NameTokens None { get; } = new([], []);

    /// <summary>Returns the tokens of a name: parted at blanks, dots, commas, hyphens and brackets.</summary>
    public static NameTokens Of(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return None;
        }

        SortedSet<string> tokens = new(StringComparer.Ordinal);
        foreach (Range range in name.AsSpan().SplitAny(" \u3000\t・･,，.．、=＝/／()（）［］[]-"))
        {
            string token = KanjiKeys.Fold(name[range]);
            if (token.Length > 0)
            {
                tokens.Add(token);
            }
        }

        return new NameTokens([.. tokens], [.. tokens.Select(ForeignName.Sound).Where(s => s.Length > 0).Order(StringComparer.Ordinal)]);
    }
}

/// <summary>Compares foreign names as sets of tokens, also across scripts.</summary>
public static class ForeignName
{
    // Rows of Hepburn, a consonant and the five vowels; what is not here is built from it.
    private const string Rows = "アイウエオ,カキクケコ,サシスセソ,タチツテト,ナニヌネノ,ハヒフヘホ,マミムメモ,ヤ＿ユ＿ヨ,ラリルレロ,ワヰ＿ヱヲ,ガギグゲゴ,ザジズゼゾ,ダヂヅデド,バビブベボ,パピプペポ";
    private static readonly string[] Heads = ["", "K", "S", "T", "N", "H", "M", "Y", "R", "W", "G", "Z", "D", "B", "P"];
    private static readonly Dictionary<char, string> Latin = MakeLatin();

    /// <summary>Returns katakana in Latin capitals (Hepburn, long vowels written once).</summary>
    public static string Romanise(string kana)
    {
        string norm = KanaKeys.Norm(kana);
        StringBuilder text = new(norm.Length * 2);
        for (int i = 0; i < norm.Length; i++)
        {
            char sign = norm[i];
            char next = i + 1 < norm.Length ? norm[i + 1] : '\0';
            switch (sign)
            {
                case 'ー':
                    break;
                case 'ッ':
                    break;
                case 'ン':
                    text.Append('N');
                    break;
                case 'ァ' or 'ィ' or 'ゥ' or 'ェ' or 'ォ' or 'ャ' or 'ュ' or 'ョ' or 'ヮ':
                    text.Append(Latin[(char)(sign + 1)]);
                    break;
                case 'ヴ':
                    text.Append('V').Append(next is 'ァ' or 'ィ' or 'ェ' or 'ォ' ? "" : "U");
                    break;
                default:
                    string plain = Latin.GetValueOrDefault(sign, char.IsAscii(sign) ? sign.ToString() : string.Empty);

                    // キャ → KYA, シャ → SHA, ティ → TI, ファ → FA: the small kana takes the vowel's place.
                    bool isYoon = next is 'ャ' or 'ュ' or 'ョ';
                    bool isVowel = next is 'ァ' or 'ィ' or 'ゥ' or 'ェ' or 'ォ';
                    if (plain.Length > 1 && (isYoon || isVowel))
                    {
                        plain = plain[..^1];
                        string tail = Latin[(char)(next + 1)];
                        text.Append(plain).Append(isYoon && plain is "SH" or "CH" or "J" ? tail[1..] : tail);
                        i++;
                    }
                    else
                    {
                        text.Append(plain);
                    }

                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Returns the skeleton of a token's sound: consonants only, those that katakana does not tell apart as one; empty for kanji.</summary>
    /// <remarks>SANTOS and サントス are both SNTS, MILLER and ミラー both MR. Coarse on purpose: a level of comparison, never a key.</remarks>
    public static string Sound(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        string latin = token.Any(NameTables.IsKana) ? Romanise(token) : token;
        StringBuilder sound = new(latin.Length);
        for (int i = 0; i < latin.Length; i++)
        {
            char sign = latin[i];
            if (!char.IsAsciiLetterUpper(sign))
            {
                if (char.IsAscii(sign))
                {
                    continue;
                }

                return string.Empty;
            }

            char next = i + 1 < latin.Length ? latin[i + 1] : '\0';
            char one = sign switch
            {
                'A' or 'E' or 'I' or 'O' or 'U' or 'Y' => '\0',

                // NGUYEN is グエン, and a vowel's own W (ウィ, WEI) is not written in every form.
                'N' when next == 'G' && i == 0 => '\0',
                'W' => '\0',
                'H' => sound.Length == 0 && i == 0 ? 'H' : '\0',
                'L' => 'R',
                'V' => 'B',
                'F' => 'H',
                'P' when next == 'H' => 'H',
                'C' when next == 'H' => 'T',
                'C' when next is 'E' or 'I' or 'Y' => 'S',
                'C' or 'Q' => 'K',
                'S' when next == 'H' => 'S',
                'T' when next == 'S' => 'T',
                'J' or 'Z' => 'Z',
                'X' => 'S',
                'M' => 'N',
                _ => sign,
            };
            if (sign == 'S' && i > 0 && latin[i - 1] == 'T' && next == 'U')
            {
                continue;
            }

            // M stays M at the head of a syllable; before a consonant or at the end it is ン or ム.
            if (sign == 'M' && (next is 'A' or 'E' or 'I' or 'O' or 'U' or 'Y'))
            {
                one = 'M';
            }

            if (one != 0 && (sound.Length == 0 || sound[^1] != one))
            {
                sound.Append(one);
            }
        }

        return sound.ToString();
    }

    /// <summary>Returns the share of the smaller set's tokens that the other has, 0 to 1; null when one has none.</summary>
    /// <remarks>Equal tokens count 1; where the scripts differ, tokens of one sound count 0.75. Order and middle names do not matter. Cost O(n + m).</remarks>
    public static double? Overlap(NameTokens a, NameTokens b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        int smaller = Math.Min(a.Tokens.Count, b.Tokens.Count);
        if (smaller == 0)
        {
            return null;
        }

        int equal = Shared(a.Tokens, b.Tokens);
        int alike = Math.Max(0, Math.Min(smaller, Shared(a.Sounds, b.Sounds)) - equal);
        return (equal + (0.75 * alike)) / smaller;
    }

    private static int Shared(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        int shared = 0;
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            int order = string.CompareOrdinal(a[i], b[j]);
            shared += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return shared;
    }

    private static Dictionary<char, string> MakeLatin()
    {
        Dictionary<char, string> latin = [];
        string[] rows = Rows.Split(',');
        for (int r = 0; r < rows.Length; r++)
        {
            for (int v = 0; v < 5; v++)
            {
                latin[rows[r][v]] = Heads[r] + "AIUEO"[v];
            }
        }

        (char, string)[] special = [('シ', "SHI"), ('チ', "CHI"), ('ツ', "TSU"), ('フ', "FU"), ('ジ', "JI"), ('ヂ', "JI"), ('ヅ', "ZU"), ('ヲ', "O"), ('ヰ', "I"), ('ヱ', "E"), ('ヷ', "VA"), ('ヸ', "VI"), ('ヹ', "VE"), ('ヺ', "VO")];
        foreach ((char kana, string text) in special)
        {
            latin[kana] = text;
        }

        return latin;
    }
}
