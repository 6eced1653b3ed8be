using System.Text;

namespace Warehouse.Etl.City.Registers;

/// <summary>Makes the errors that people and systems make in names, dates and numbers.</summary>
internal static class RegisterErrors
{
    // Forms of one kanji, and pairs that are only taken for each other (斉斎, 太大 …); IVS forms come apart below.
    private static readonly string[] Forms =
    [
        "高髙", "崎﨑嵜", "斎齋斉齊", "辺邊邉", "沢澤", "浜濱濵", "徳德", "真眞", "島嶋嶌", "国國", "広廣", "桜櫻", "竜龍", "栄榮", "恵惠", "富冨", "吉𠮷", "桑桒", "館舘", "曽曾", "淵渕", "柳栁", "瀬瀨", "滝瀧", "関關",
        "増增", "黒黑", "横橫", "塚\uFA10", "神\uFA19", "福\uFA1B", "祥\uFA1A", "晴\uFA12", "凜凛", "弥彌", "遥遙", "亜亞", "瑶瑤", "穂穗", "緑綠", "静靜", "清淸", "桧檜", "槙槇", "頼賴", "峰峯", "条條", "円圓", "礼禮", "奥奧", "実實", "万萬", "蔵藏",
        "寿壽", "宝寶", "与與", "児兒", "来來", "楽樂", "薫薰", "萌萠", "晃晄", "海\uFA45", "都\uFA26", "琢\uFA4A", "祐裕", "朗郎", "己巳",
    ];

    private static readonly Dictionary<Rune, Rune[]> FormsOf = MakeForms();
    private const string IvsKanji = "辻葛祇邉邊榊樋";
    private const string KanaAll = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

    /// <summary>Returns a name part with one kanji in another form, or the same when it has none.</summary>
    public static string Variant(string part, ref CityRandom random)
    {
        Rune[] runes = [.. part.EnumerateRunes()];
        int start = random.Below(Math.Max(1, runes.Length));
        for (int i = 0; i < runes.Length; i++)
        {
            int at = (start + i) % runes.Length;
            if (FormsOf.TryGetValue(runes[at], out Rune[]? forms))
            {
                runes[at] = forms[random.Below(forms.Length)];
                return string.Concat(runes);
            }

            if (runes[at].IsBmp && IvsKanji.Contains((char)runes[at].Value, StringComparison.Ordinal))
            {
                return string.Concat(runes[..(at + 1)]) + "\U000E0100" + string.Concat(runes[(at + 1)..]);
            }
        }

        return part;
    }

    /// <summary>Returns a name part with a character lost in conversion.</summary>
    public static string Lose(string part, ref CityRandom random)
    {
        Rune[] runes = [.. part.EnumerateRunes()];
        string[] signs = ["〓", "？", "■", "\uE0F3", "?"];
        runes[random.Below(runes.Length)] = Rune.GetRuneAt(signs[random.Below(signs.Length)], 0);
        return string.Concat(runes);
    }

    /// <summary>Returns a name part with one kanji of another name in it.</summary>
    public static string WrongKanji(string part, ref CityRandom random)
    {
        Rune[] runes = [.. part.EnumerateRunes()];
        string other = RegisterNames.Shared.Surname(ref random).Kanji;
        runes[random.Below(runes.Length)] = Rune.GetRuneAt(other, 0);
        return string.Concat(runes);
    }

    /// <summary>Returns a reading in another form of kana that sounds the same, or nearly.</summary>
    public static string KanaForm(string kana, ref CityRandom random)
    {
        (string From, string To)[] forms = [("ズ", "ヅ"), ("ジ", "ヂ"), ("オウ", "オオ"), ("ョウ", "ョー"), ("ュウ", "ュー"), ("ウ", "ー"), ("ャ", "ヤ"), ("ュ", "ユ"), ("ョ", "ヨ"), ("ッ", "ツ"), ("ー", ""), ("イ", "ー"), ("ヴ", "ブ"), ("オ", "ヲ"), ("ウ", "")];
        int start = random.Below(forms.Length);
        for (int i = 0; i < forms.Length; i++)
        {
            (string from, string to) = forms[(start + i) % forms.Length];
            int at = kana.Length > 1 ? kana.IndexOf(from, 1, StringComparison.Ordinal) : -1;
            if (at > 0)
            {
                return string.Concat(kana.AsSpan(0, at), to, kana.AsSpan(at + from.Length));
            }
        }

        return kana;
    }

    /// <summary>Returns a reading with one kana wrong, missing, too many, swapped with its neighbour, or with or without its mark.</summary>
    public static string KanaTyping(string kana, ref CityRandom random)
    {
        if (kana.Length < 2)
        {
            return kana;
        }

        int at = random.Below(kana.Length);
        char other = KanaAll[random.Below(KanaAll.Length)];
        switch (random.Below(5))
        {
            case 0:
                return string.Concat(kana.AsSpan(0, at), other.ToString(), kana.AsSpan(at + 1));
            case 1:
                return kana.Remove(at, 1);
            case 2:
                return kana.Insert(at, (at > 0 ? kana[at - 1] : other).ToString());
            case 3 when at > 0:
                return string.Concat(kana.AsSpan(0, at - 1), kana.AsSpan(at, 1), kana.AsSpan(at - 1, 1), kana.AsSpan(at + 1));
            default:
                for (int i = 0; i < kana.Length; i++)
                {
                    int k = (at + i) % kana.Length;
                    int marked = "カキクケコサシスセソタチツテトハヒフヘホ".IndexOf(kana[k], StringComparison.Ordinal);
                    if (marked >= 0)
                    {
                        return string.Concat(kana.AsSpan(0, k), "ガギグゲゴザジズゼゾダヂヅデドバビブベボ".AsSpan(marked, 1), kana.AsSpan(k + 1));
                    }

                    int plain = "ガギグゲゴザジズゼゾダヂヅデドバビブベボ".IndexOf(kana[k], StringComparison.Ordinal);
                    if (plain >= 0)
                    {
                        return string.Concat(kana.AsSpan(0, k), "カキクケコサシスセソタチツテトハヒフヘホ".AsSpan(plain, 1), kana.AsSpan(k + 1));
                    }
                }

                return kana.Remove(at, 1);
        }
    }

    /// <summary>Returns a date with one digit of its day, month or year wrong; always a real date in the range of a child's birth.</summary>
    public static DateOnly DigitWrong(DateOnly date, ref CityRandom random)
    {
        for (int attempt = 0; attempt < 20; attempt++)
        {
            int year = date.Year;
            int month = date.Month;
            int day = date.Day;
            switch (random.Below(4))
            {
                case 0:
                    year = (year / 10 * 10) + random.Below(10);
                    break;
                case 1:
                    month = random.Between(1, 12);
                    break;
                case 2:
                    day = (day / 10 * 10) + random.Below(10);
                    break;
                default:
                    day = (random.Below(4) * 10) + (day % 10);
                    break;
            }

            if (day >= 1 && day <= DateTime.DaysInMonth(year, month) && (year, month, day) != (date.Year, date.Month, date.Day))
            {
                return new DateOnly(year, month, day);
            }
        }

        return date.AddDays(1);
    }

    private static Dictionary<Rune, Rune[]> MakeForms()
    {
        Dictionary<Rune, Rune[]> map = [];
        foreach (string group in Forms)
        {
            Rune[] runes = [.. group.EnumerateRunes()];
            foreach (Rune rune in runes)
            {
                map[rune] = [.. runes.Where(r => r != rune)];
            }
        }

        return map;
    }
}
