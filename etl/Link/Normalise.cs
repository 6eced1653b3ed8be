using System.Collections.Frozen;
using System.Text;

namespace Warehouse.Etl.Link;

/// <summary>Brings names and addresses into one form for comparison; the stored original is never changed.</summary>
/// <remarks>
/// Own tables, no ICU: <see cref="string.Normalize(NormalizationForm)"/> does nothing under invariant globalisation.
/// All methods are idempotent.
/// </remarks>
public static class Normalise
{
    /// <summary>The version of the tables; written beside every decision that used them.</summary>
    public const string Version = "n1";

    private const string HalfKana = "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
    private const string FullKana = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    private const string Voiceable = "カキクケコサシスセソタチツテトハヒフヘホウ";
    private const string Voiced = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
    private const string SemiVoiceable = "ハヒフヘホ";
    private const string SemiVoiced = "パピプペポ";

    // Pairs of a variant and the form that registers use most; one hop, no closure. Selected from the tables of joyo, jinmei and koseki forms.
    private const string VariantPairs =
        "髙高﨑崎嵜崎邊辺邉辺齋斎齊斉澤沢濵浜濱浜德徳桒桑眞真舘館廣広國国嶋島嶌島圓円櫻桜龍竜瀧滝惠恵榮栄藏蔵壽寿彌弥與与"
        + "萬万會会學学實実寶宝應応當当縣県鐵鉄關関黑黒曾曽增増橫横瀨瀬賴頼祐祐淺浅淵渕槇槙檜桧籠篭穗穂豐豊鹽塩聲声豫予驛駅"
        + "靜静淸清晴晴靑青神神福福禎禎祥祥祖祖社社琢琢緖緒翆翠凜凛亞亜來来兒児單単圍囲壯壮奧奥將将專専峯峰條条樂楽"
        + "步歩歷歴狹狭禮礼稻稲總総續続莊荘薰薫藝芸覺覚譽誉讓譲遙遥鄕郷釋釈鷄鶏麥麦黃黄齡齢龜亀吉吉𠮷吉";

    private static readonly FrozenDictionary<int, string> Variants = ReadVariants();

    /// <summary>Returns text with one width, katakana for hiragana and no variation selectors.</summary>
    public static string Width(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder folded = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int value = rune.Value;
            if (value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or 0x200B or 0xFEFF)
            {
                continue;
            }

            if (value is >= 0xFF01 and <= 0xFF5E)
            {
                value -= 0xFEE0;
            }
            else if (value is 0xFF9E or 0xFF9F or 0x3099 or 0x309A or 0x309B or 0x309C)
            {
                bool semi = value is 0xFF9F or 0x309A or 0x309C;
                int at = folded.Length == 0 ? -1 : (semi ? SemiVoiceable : Voiceable).IndexOf(folded[^1]);
                if (at >= 0)
                {
                    folded[^1] = (semi ? SemiVoiced : Voiced)[at];
                }

                continue;
            }
            else if (value is >= 0xFF65 and <= 0xFF9D)
            {
                int at = HalfKana.IndexOf((char)value);
                value = at >= 0 ? FullKana[at] : '・';
            }
            else if (value is (>= 0x3041 and <= 0x3096) or 0x309D or 0x309E)
            {
                value += 0x60;
            }
            else if (value is 0x3000 or 0x00A0 or '\t')
            {
                value = ' ';
            }

            folded.Append(new Rune(value).ToString());
        }

        return folded.ToString();
    }

    /// <summary>Returns a kana name as (surname, given name); without a blank all of it is the surname.</summary>
    public static (string Surname, string Given) Kana(string? text) => Split(text, static part =>
    {
        StringBuilder name = new(part.Length);
        foreach (char sign in part)
        {
            if (IsDash(sign))
            {
                name.Append('ー');
            }
            else if (sign is not ('・' or '=' or '.' or ',' or '\''))
            {
                name.Append(char.ToUpperInvariant(sign));
            }
        }

        return name.ToString();
    });

    /// <summary>Returns a kanji name as (surname, given name) with variants in one form; without a blank all of it is the surname.</summary>
    public static (string Surname, string Given) Kanji(string? text) => Split(text, static part =>
    {
        StringBuilder name = new(part.Length);
        foreach (Rune rune in part.EnumerateRunes())
        {
            if (rune.Value is '・' or '=' or '.' or ',')
            {
                continue;
            }

            if (Variants.TryGetValue(rune.Value, out string? common))
            {
                name.Append(common);
            }
            else if (rune.IsAscii)
            {
                name.Append(char.ToUpperInvariant((char)rune.Value));
            }
            else
            {
                name.Append(rune.ToString());
            }
        }

        return name.ToString();
    });

    /// <summary>Returns a kana reading in which long vowels, small kana and like-sounding kana are one: for equality of readings only.</summary>
    public static string KanaFold(string kana)
    {
        ArgumentNullException.ThrowIfNull(kana);
        StringBuilder folded = new(kana.Length);
        foreach (char sign in kana)
        {
            if (sign != 'ー')
            {
                folded.Append(sign switch
                {
                    'ヂ' => 'ジ', 'ヅ' => 'ズ', 'ヲ' => 'オ', 'ヱ' => 'エ', 'ヰ' => 'イ', 'ヴ' => 'ブ',
                    'ャ' => 'ヤ', 'ュ' => 'ユ', 'ョ' => 'ヨ', 'ッ' => 'ツ', 'ヮ' => 'ワ',
                    'ァ' => 'ア', 'ィ' => 'イ', 'ゥ' => 'ウ', 'ェ' => 'エ', 'ォ' => 'オ',
                    _ => sign,
                });
            }
        }

        return folded.ToString();
    }

    /// <summary>Returns the town and block of an address with one width, one dash and digits for numbered streets.</summary>
    /// <remarks>
    /// The name of the city and what follows the block (building, room) are left out: departments write them or not as they please, and no
    /// decision rests on an address alone. Blanks and 大字 are dropped.
    /// </remarks>
    public static string Address(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return string.Empty;
        }

        string width = Width(text);
        StringBuilder address = new(width.Length);
        for (int i = 0; i < width.Length; i++)
        {
            char sign = width[i];
            if (sign == ' ')
            {
                continue;
            }

            bool afterDigit = address.Length > 0 && char.IsAsciiDigit(address[^1]);
            if (IsDash(sign) && (afterDigit || (i + 1 < width.Length && char.IsAsciiDigit(width[i + 1]))))
            {
                address.Append('-');
                continue;
            }

            int digit = "〇一二三四五六七八九".IndexOf(sign);
            if (digit > 0 && i + 1 < width.Length && width[i + 1] is '丁' or '番' or '号')
            {
                address.Append((char)('0' + digit));
                continue;
            }

            address.Append(sign switch
            {
                'ヶ' or 'ケ' or 'ガ' => 'ケ',
                'ノ' or '之' or 'の' => 'ノ',
                _ => Variants.TryGetValue(sign, out string? common) && common.Length == 1 ? common[0] : char.ToUpperInvariant(sign),
            });
        }

        string joined = address.ToString()
            .Replace("大字", string.Empty, StringComparison.Ordinal)
            .Replace("丁目", "-", StringComparison.Ordinal)
            .Replace("番地ノ", "-", StringComparison.Ordinal)
            .Replace("番地", "-", StringComparison.Ordinal)
            .Replace("番", "-", StringComparison.Ordinal)
            .Replace("号", string.Empty, StringComparison.Ordinal);
        while (joined.Contains("--", StringComparison.Ordinal))
        {
            joined = joined.Replace("--", "-", StringComparison.Ordinal);
        }

        return Block(TownAndAfter(joined)).Trim('-');
    }

    // 佐和島市羽根下浜707 → 羽根下浜707. A 市 within a town's own name stays: at least two signs of a town must follow it before the number.
    private static string TownAndAfter(string address)
    {
        int city = address.IndexOf('市', StringComparison.Ordinal);
        int number = address.AsSpan().IndexOfAnyInRange('0', '9');
        number = number < 0 ? address.Length : number;
        return city >= 1 && number - city > 2 ? address[(city + 1)..] : address;
    }

    // 金沢野下浜599-24-コーポ若葉107 → 金沢野下浜599-24
    private static string Block(string address)
    {
        int end = address.AsSpan().IndexOfAnyInRange('0', '9');
        if (end < 0)
        {
            return address;
        }

        while (end < address.Length && (char.IsAsciiDigit(address[end]) || address[end] == '-'))
        {
            end++;
        }

        return address[..end];
    }

    private static bool IsDash(char sign) => sign is '-' or 'ー' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2015' or '\u2212' or '\u30FC' or '\uFF70' or '\u2500' or '～';

    private static (string Surname, string Given) Split(string? text, Func<string, string> fold)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (string.Empty, string.Empty);
        }

        string width = Width(text).Trim();
        int blank = width.IndexOf(' ');
        return blank < 0
            ? (fold(width), string.Empty)
            : (fold(width[..blank]), fold(width[(blank + 1)..].Replace(" ", string.Empty, StringComparison.Ordinal)));
    }

    private static FrozenDictionary<int, string> ReadVariants()
    {
        Rune[] runes = VariantPairs.EnumerateRunes().ToArray();
        Dictionary<int, string> variants = [];
        for (int i = 0; i + 1 < runes.Length; i += 2)
        {
            if (runes[i] != runes[i + 1])
            {
                variants[runes[i].Value] = runes[i + 1].ToString();
            }
        }

        return variants.ToFrozenDictionary();
    }
}
