using System.Text;

namespace Warehouse.Tests.Link;

/// <summary>Makes text of every kind that a file may hold, good and broken, from a seed.</summary>
internal static class NameTestData
{
    private static readonly string[] Pieces =
    [
        "ﾔﾏﾀﾞ", "ﾀﾛｳ", "ﾊﾟｰﾌﾟﾙ", "やまだ", "ヤマダ", "ゐゑを", "ヂヅヴァヷ", "ゞヾゝヽ", "ー－‐―−～", "髙﨑𠮷", "邉\U000E0100", "神\uFE00神", "佐々木", "〻々",
        "㈱㍿㌔①Ⅳﬁ", "ＮＧＵＹＥＮ　Ｖăn Ân", "O'Brien-Smith", "（通称　山田）", "\uE000\uF8FF", "〓■?？", "\uD800", "\uDC00", "\U000F0000", "\u3099\u309A゛゜ﾞﾟ", " 　\t\u00A0", "1-2-3", "三丁目４番５号", "大字", "0", "ケヶが", "の之ノ",
        "\u200B\uFEFF\u00AD", "👨‍👩‍👧", "\U0002F800", "ア\u3099", "か\u309A", "ｳﾞｧ", "・･", "𛀁", "🄰🈁", "ㇰㇷ", "ヿゟ", "長男", "ベビー", "\0", "\uFFFE",
    ];

    /// <summary>Returns many texts: random code units, random runes, and random sequences of pieces known to be awkward.</summary>
    public static IEnumerable<string> Awkward(int count, int seed)
    {
        Random random = new(seed);
        foreach (string piece in Pieces)
        {
            yield return piece;
        }

        for (int i = 0; i < count; i++)
        {
            StringBuilder text = new();
            int length = random.Next(0, 14);
            for (int k = 0; k < length; k++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        text.Append((char)random.Next(65536));
                        break;
                    case 1:
                        text.Append((char)random.Next(0x3000, 0x3100));
                        break;
                    case 2:
                        int code = random.Next(0x110000);
                        text.Append(code is >= 0xD800 and <= 0xDFFF ? "A" : char.ConvertFromUtf32(code));
                        break;
                    default:
                        text.Append(Pieces[random.Next(Pieces.Length)]);
                        break;
                }
            }

            yield return text.ToString();
        }
    }

    /// <summary>Returns random katakana readings as people have them.</summary>
    public static IEnumerable<string> Readings(int count, int seed)
    {
        const string Kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポヴヲーッャュョァィゥェォ";
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            yield return string.Create(random.Next(1, 9), random, static (text, r) =>
            {
                for (int k = 0; k < text.Length; k++)
                {
                    text[k] = Kana[k == 0 ? r.Next(44) : r.Next(Kana.Length)];
                }
            });
        }
    }

    /// <summary>Returns full-width katakana in half width, marks as characters of their own.</summary>
    public static string HalfWidth(string kana)
    {
        const string Full = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー";
        const string Half = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ";
        StringBuilder half = new();
        foreach (char sign in kana)
        {
            int at = Full.IndexOf(sign, StringComparison.Ordinal);
            if (at >= 0)
            {
                half.Append(Half[at]);
            }
            else if (sign == 'ヴ')
            {
                half.Append("ｳﾞ");
            }
            else if ("パピプペポ".Contains(sign, StringComparison.Ordinal))
            {
                half.Append(Half[Full.IndexOf((char)(sign - 2), StringComparison.Ordinal)]).Append('ﾟ');
            }
            else
            {
                half.Append(Half[Full.IndexOf((char)(sign - 1), StringComparison.Ordinal)]).Append('ﾞ');
            }
        }

        return half.ToString();
    }

    /// <summary>Returns katakana as hiragana.</summary>
    public static string Hiragana(string kana) => new([.. kana.Select(k => k is >= 'ァ' and <= 'ヶ' ? (char)(k - 0x60) : k)]);
}
