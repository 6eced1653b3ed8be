using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>Makes the keys of a reading: as written, folded for equality, and one byte per mora for edit distances.</summary>
public static class KanaKeys
{
    /// <summary>The mora code of a character that is no kana, Latin letter or digit.</summary>
    public const byte OtherMora = 255;

    private const string Small = "ァィゥェォャュョヮ";
    private const string Pairs =
        "キャキュキョギャギュギョシャシュショジャジュジョチャチュチョヂャヂュヂョニャニュニョヒャヒュヒョビャビュビョピャピュピョミャミュミョリャリュリョ"
        + "シェジェチェツァツィツェツォティディテュデュトゥドゥファフィフェフォフュウィウェウォヴァヴィヴェヴォヴュイェクァクィクェクォグァスィズィ"
        + "ヒェキェニェミェリェヴャヴョフャフョクヮグヮ";

    // Rows of 96 from U+30A0: single kana, and kana with each of the nine small ones.
    private static readonly byte[] Singles = new byte[96];
    private static readonly byte[] Doubles = new byte[96 * 9];
    private static readonly string[] Signs = new string[256];

    static KanaKeys()
    {
        byte code = 1;
        for (char kana = 'ァ'; kana <= 'ー'; kana++)
        {
            if (kana != '・')
            {
                Singles[kana - 0x30A0] = code;
                Signs[code++] = kana.ToString();
            }
        }

        for (int i = 0; i < Pairs.Length; i += 2)
        {
            Doubles[((Pairs[i] - 0x30A0) * 9) + Small.IndexOf(Pairs[i + 1], StringComparison.Ordinal)] = code;
            Signs[code++] = Pairs.Substring(i, 2);
        }

        FirstLatin = code;
        for (char letter = 'A'; letter <= 'Z'; letter++)
        {
            Signs[code++] = letter.ToString();
        }

        FirstDigit = code;
        for (char digit = '0'; digit <= '9'; digit++)
        {
            Signs[code++] = digit.ToString();
        }

        Signs[OtherMora] = NameTables.Wildcard.ToString();
    }

    private static byte FirstLatin { get; }

    private static byte FirstDigit { get; }

    /// <summary>Returns the reading as written, in katakana without blanks and separators; Latin letters as capitals without marks.</summary>
    public static string Norm(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        CharBuffer norm = new(stackalloc char[128]);
        WriteNorm(text, ref norm);
        string result = norm.Text.SequenceEqual(text) ? text : norm.Text.ToString();
        norm.Dispose();
        return result;
    }

    /// <summary>Returns the reading with long vowels, small kana and kana that sound alike as one; for equality only.</summary>
    /// <param name="norm">A reading as <see cref="Norm"/> gives it.</param>
    public static string Fold(string norm)
    {
        ArgumentNullException.ThrowIfNull(norm);
        CharBuffer fold = new(stackalloc char[128]);
        WriteFold(norm, ref fold);
        string result = fold.Text.SequenceEqual(norm) ? norm : fold.Text.ToString();
        fold.Dispose();
        return result;
    }

    /// <summary>Returns the reading as <see cref="Fold"/> does, but with a long vowel as ー whatever writes it: ユウナ and ユーナ are one, ユナ is another name.</summary>
    /// <param name="norm">A reading as <see cref="Norm"/> gives it.</param>
    public static string Sound(string norm)
    {
        ArgumentNullException.ThrowIfNull(norm);
        CharBuffer sound = new(stackalloc char[128]);
        WriteFold(norm, ref sound, keepsLength: true);
        string result = sound.Text.SequenceEqual(norm) ? norm : sound.Text.ToString();
        sound.Dispose();
        return result;
    }

    /// <summary>Returns one byte for each mora.</summary>
    /// <param name="norm">A reading as <see cref="Norm"/> gives it.</param>
    /// <remarks>ャ, ュ, ョ and the small vowels go with the kana before them where Japanese writes such a mora. 0 is no code; <see cref="OtherMora"/> stands for what is neither kana, letter nor digit.</remarks>
    public static byte[] Mora(string norm)
    {
        ArgumentNullException.ThrowIfNull(norm);
        Span<byte> codes = norm.Length <= 256 ? stackalloc byte[norm.Length] : new byte[norm.Length];
        return codes[..WriteMora(norm, codes)].ToArray();
    }

    /// <summary>Writes one byte for each mora and returns their number, at most the length of the reading.</summary>
    public static int WriteMora(ReadOnlySpan<char> norm, Span<byte> codes)
    {
        int count = 0;
        for (int i = 0; i < norm.Length; i++)
        {
            int at = norm[i] - 0x30A0;
            if ((uint)at < 96)
            {
                byte code = Singles[at];
                if (i + 1 < norm.Length && SmallIndex(norm[i + 1]) is var small and >= 0 && Doubles[(at * 9) + small] is var both and not 0)
                {
                    code = both;
                    i++;
                }

                codes[count++] = code == 0 ? OtherMora : code;
            }
            else
            {
                codes[count++] = norm[i] switch
                {
                    >= 'A' and <= 'Z' => (byte)(FirstLatin + norm[i] - 'A'),
                    >= '0' and <= '9' => (byte)(FirstDigit + norm[i] - '0'),
                    _ => OtherMora,
                };
            }
        }

        return count;
    }

    /// <summary>Returns the reading that mora codes stand for; 〓 for <see cref="OtherMora"/>.</summary>
    public static string FromMora(ReadOnlySpan<byte> codes)
    {
        StringBuilder text = new(codes.Length * 2);
        foreach (byte code in codes)
        {
            text.Append(Signs[code] ?? throw new ArgumentException($"{code} is no mora code", nameof(codes)));
        }

        return text.ToString();
    }

    /// <summary>Adds the reading as written to a buffer.</summary>
    internal static void WriteNorm(scoped ReadOnlySpan<char> text, ref CharBuffer norm)
    {
        char[] table = NameTables.Kana;
        for (int i = 0; i < text.Length; i++)
        {
            char sign = table[text[i]];
            if (sign is < '\uD800' or > '\uDFFF')
            {
                norm.Append(sign);
                continue;
            }

            switch (sign)
            {
                case NameTables.Drop:
                    break;
                case NameTables.Dash when NameTables.IsKana(norm.Last):
                    norm.Append('ー');
                    break;
                case NameTables.VoicedMark or NameTables.SemiVoicedMark:
                    WidthFold.Mark(ref norm, i == 0 ? '\0' : NameTables.Width[text[i - 1]], sign == NameTables.VoicedMark);
                    break;
                case NameTables.RepeatKana or NameTables.RepeatVoiced when NameTables.IsKana(norm.Last) && norm.Last != 'ー':
                    char voiced = sign == NameTables.RepeatVoiced ? NameTables.Voiced(norm.Last) : '\0';
                    norm.Append(voiced != 0 ? voiced : norm.Last);
                    break;
                case NameTables.Expand:
                    WriteNorm(NameTables.Expansions[text[i]], ref norm);
                    break;
                case NameTables.High:
                    i += Other(text[i..], ref norm);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Adds the folded reading to a buffer.</summary>
    internal static void WriteFold(scoped ReadOnlySpan<char> norm, ref CharBuffer fold, bool keepsLength = false)
    {
        char last = '\0';
        for (int i = 0; i < norm.Length; i++)
        {
            char sign = norm[i];
            if (sign is < 'ァ' or > 'ー')
            {
                fold.Append(sign);
                last = sign;
                continue;
            }

            sign = sign switch
            {
                'ー' => '\0',
                'ァ' or 'ィ' or 'ゥ' or 'ェ' or 'ォ' or 'ッ' or 'ャ' or 'ュ' or 'ョ' or 'ヮ' => (char)(sign + 1),
                'ヵ' => 'カ',
                'ヶ' => 'ケ',
                'ヂ' => 'ジ',
                'ヅ' => 'ズ',
                'ヲ' or 'ヺ' => 'オ',
                'ヱ' or 'ヹ' => 'エ',
                'ヰ' or 'ヸ' => 'イ',
                'ヷ' => 'バ',
                _ => sign,
            };
            if (sign == 'ヴ')
            {
                char next = i + 1 < norm.Length ? norm[i + 1] : '\0';
                sign = next switch
                {
                    'ァ' or 'ア' => 'バ',
                    'ィ' or 'イ' => 'ビ',
                    'ェ' or 'エ' => 'ベ',
                    'ォ' or 'オ' => 'ボ',
                    _ => 'ブ',
                };
                i += sign == 'ブ' ? 0 : 1;
            }

            if (sign != 0 && !Lengthens(last, sign))
            {
                fold.Append(sign);
                last = sign;
            }
            else if (keepsLength && fold.Length > 0 && fold.Last != 'ー')
            {
                fold.Append('ー');
            }
        }
    }

    // オウ and オオ, エイ and エエ and so on: the second only makes the first longer.
    private static bool Lengthens(char before, char vowel) => vowel switch
    {
        'ア' => Vowel(before) == 'ア',
        'イ' => Vowel(before) is 'イ' or 'エ',
        'ウ' => Vowel(before) is 'ウ' or 'オ',
        'エ' => Vowel(before) == 'エ',
        'オ' => Vowel(before) == 'オ',
        _ => false,
    };

    private static char Vowel(char kana) => kana is < 'ァ' or > 'ン' ? '\0' : VowelOf[kana - 'ァ'];

    // From ァ to ン, one vowel for each; ン has none.
    private const string VowelOf = "アアイイウウエエオオアアイイウウエエオオアアイイウウエエオオアアイイウウウエエオオアイウエオアアアイイイウウウエエエオオオアイウエオアアウウオオアイウエオアアイエオ\0";

    private static int SmallIndex(char sign) => sign switch
    {
        'ァ' => 0,
        'ィ' => 1,
        'ゥ' => 2,
        'ェ' => 3,
        'ォ' => 4,
        'ャ' => 5,
        'ュ' => 6,
        'ョ' => 7,
        'ヮ' => 8,
        _ => -1,
    };

    private static int Other(scoped ReadOnlySpan<char> text, ref CharBuffer norm)
    {
        if (Rune.DecodeFromUtf16(text, out Rune rune, out int used) != System.Buffers.OperationStatus.Done)
        {
            norm.Append(NameTables.Wildcard);
            return used - 1;
        }

        if (rune.Value is >= 0xE0000 and <= 0xE0FFF)
        {
            return used - 1;
        }

        if (NameTables.Beyond.TryGetValue(rune.Value, out string? stands) && rune.Value < 0x2F800)
        {
            WriteNorm(stands, ref norm);
        }
        else
        {
            norm.Append(NameTables.Wildcard);
        }

        return used - 1;
    }
}
