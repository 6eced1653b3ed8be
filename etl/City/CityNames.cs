using System.Text;

namespace Warehouse.Etl.City;

/// <summary>A surname or given name with its reading in katakana.</summary>
internal sealed record CityName(string Kanji, string Kana);

/// <summary>Draws names by their real frequency and writes them the way each system does.</summary>
internal sealed class CityNames
{
    private const string Full = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー・　";
    private const string Half = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ･ ";
    private const string Voiced = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
    private const string VoicedBase = "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳ";
    private const string SemiVoiced = "パピプペポ";
    private const string SemiVoicedBase = "ﾊﾋﾌﾍﾎ";

    // The usual forms and the variants that registers keep for the same family name.
    private static readonly (char Usual, string Variants)[] VariantKanji =
    [
        ('高', "髙"), ('崎', "﨑嵜"), ('斎', "齋斉齊"), ('斉', "齊斎齋"), ('辺', "邊邉"), ('沢', "澤"), ('浜', "濱濵"),
        ('徳', "德"), ('真', "眞"), ('島', "嶋嶌"), ('国', "國"), ('広', "廣"), ('桜', "櫻"), ('竜', "龍"), ('栄', "榮"), ('恵', "惠"),
    ];

    private readonly double[] _weights;
    private readonly List<(CityName Name, string[] Spellings)>[] _given;

    public CityNames()
    {
        var surnames = new List<CityName>();
        var weights = new List<double>();
        double sum = 0;
        foreach (string[] row in Read("surnames.csv"))
        {
            // Island towns share few surnames: three of them are made common, so that namesakes occur.
            double boost = row[0] switch { "本間" => 120, "渡辺" => 4, "中川" => 8, "佐々木" => 4, "高橋" => 1.5, "斎藤" => 2.5, "山本" => 2, _ => 1 };
            surnames.Add(new CityName(row[0], row[2]));
            weights.Add(sum += double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture) * boost);
        }

        Surnames = [.. surnames];
        _weights = [.. weights];
        _given = [[], [], [], [], [], []];
        foreach (string[] row in Read("given_names.csv"))
        {
            int sex = row[0] == "1" ? 0 : 1;
            var entry = (new CityName("", row[2]), row[3].Split('|'));
            int[] cohorts = row[1] switch { "young" => [0], "any" => [1, 2], _ => [2] };
            foreach (int cohort in cohorts)
            {
                _given[(cohort * 2) + sex].Add(entry);
            }
        }

        var foreign = Read("foreign_names.csv").ToArray();
        ForeignFamily = [.. foreign.Where(r => r[0] == "family").Select(r => new CityName(r[1], r[2]))];
        ForeignMale = [.. foreign.Where(r => r[0] == "male").Select(r => new CityName(r[1], r[2]))];
        ForeignFemale = [.. foreign.Where(r => r[0] == "female").Select(r => new CityName(r[1], r[2]))];
    }

    /// <summary>Gets the surnames in order of frequency.</summary>
    public CityName[] Surnames { get; }

    private CityName[] ForeignFamily { get; }

    private CityName[] ForeignMale { get; }

    private CityName[] ForeignFemale { get; }

    /// <summary>Returns a surname drawn by its number of bearers.</summary>
    public CityName Surname(ref CityRandom random) => Surnames[random.Pick(_weights)];

    /// <summary>Returns a family name in Latin letters.</summary>
    public CityName ForeignSurname(ref CityRandom random) => ForeignFamily[random.Below(ForeignFamily.Length)];

    /// <summary>Returns a given name usual for the sex (1, 2) and birth year.</summary>
    public CityName Given(ref CityRandom random, int sex, int birthYear, bool isForeign)
    {
        if (isForeign)
        {
            var list = sex == 1 ? ForeignMale : ForeignFemale;
            return list[random.Below(list.Length)];
        }

        int cohort = birthYear >= 1998 ? (random.Chance(0.75) ? 0 : 1) : birthYear >= 1965 ? 1 : 2;
        var names = _given[(cohort * 2) + (sex - 1)];
        // The square makes the first names more frequent, as in real cohorts.
        double at = random.Share();
        var (name, spellings) = names[(int)(at * at * names.Count)];
        double which = random.Share();
        return new CityName(spellings[(int)(which * which * spellings.Length)], name.Kana);
    }

    /// <summary>Returns the text with one kanji exchanged for a variant, or the text itself when it has none.</summary>
    public static string Variant(string text, ref CityRandom random)
    {
        foreach (var (usual, variants) in VariantKanji)
        {
            int at = text.IndexOf(usual, StringComparison.Ordinal);
            if (at >= 0)
            {
                return string.Concat(text.AsSpan(0, at), variants.AsSpan(random.Below(variants.Length), 1), text.AsSpan(at + 1));
            }
        }

        return text;
    }

    /// <summary>Returns full-width katakana in half-width form, voiced marks as characters of their own.</summary>
    public static string ToHalfWidth(string text)
    {
        var half = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            int at;
            if ((at = Full.IndexOf(c, StringComparison.Ordinal)) >= 0)
            {
                half.Append(Half[at]);
            }
            else if ((at = Voiced.IndexOf(c, StringComparison.Ordinal)) >= 0)
            {
                half.Append(VoicedBase[at]).Append('ﾞ');
            }
            else if ((at = SemiVoiced.IndexOf(c, StringComparison.Ordinal)) >= 0)
            {
                half.Append(SemiVoicedBase[at]).Append('ﾟ');
            }
            else
            {
                half.Append(c);
            }
        }

        return half.ToString();
    }

    /// <summary>Returns katakana as hiragana.</summary>
    public static string ToHiragana(string text) =>
        string.Create(text.Length, text, static (span, t) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = t[i] is >= 'ァ' and <= 'ヶ' ? (char)(t[i] - 0x60) : t[i];
            }
        });

    /// <summary>Returns the reading with one typical error of hearing or typing.</summary>
    public static string Misread(string kana, ref CityRandom random)
    {
        (string From, string To)[] errors =
            [("ズ", "ヅ"), ("ジ", "ヂ"), ("ョウ", "ョ"), ("ウ", ""), ("ザ", "サ"), ("タ", "ダ"), ("ガ", "カ"), ("エ", "イ"), ("ワ", "ハ"), ("ン", "")];
        int start = random.Below(errors.Length);
        for (int i = 0; i < errors.Length; i++)
        {
            var (from, to) = errors[(start + i) % errors.Length];
            int at = kana.IndexOf(from, 1, StringComparison.Ordinal);
            if (at > 0 && kana.Length > 3)
            {
                return string.Concat(kana.AsSpan(0, at), to, kana.AsSpan(at + from.Length));
            }
        }

        return kana + "ー";
    }

    private static IEnumerable<string[]> Read(string file)
    {
        using var stream = typeof(CityNames).Assembly.GetManifestResourceStream("city/" + file)
            ?? throw new InvalidOperationException($"embedded resource city/{file} is missing");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line.Split(',');
            }
        }
    }
}
