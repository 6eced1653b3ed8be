using System.Globalization;
using System.Text;

namespace Warehouse.Etl.City.Registers;

/// <summary>A given name: the place of its reading in the list, its spelling and its reading.</summary>
internal readonly record struct GivenName(int Entry, string Kanji, string Kana);

/// <summary>Draws names by frequency and finds names like another one.</summary>
internal sealed class RegisterNames
{
    private readonly (string Kanji, string Kana)[] _surnames;
    private readonly double[] _surnameWeights;
    private readonly (string Kana, string[] Spellings)[][] _given = new (string, string[])[4][];
    private readonly Dictionary<char, List<GivenName>>[] _byFirstKanji = [[], []];
    private readonly Dictionary<char, List<GivenName>>[] _byLastKanji = [[], []];
    private readonly Dictionary<string, List<GivenName>>[] _byFirstKana = [[], []];
    private readonly Dictionary<string, List<(string Kanji, string Kana)>> _surnamesByKana = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _readingsOf = new(StringComparer.Ordinal);
    private readonly (string Latin, string Kana)[] _foreignFamily;
    private readonly (string Latin, string Kana)[][] _foreignGiven;

    private RegisterNames()
    {
        List<(string, string)> surnames = [];
        List<double> weights = [];
        double sum = 0;
        foreach (string[] row in Rows("surnames.csv"))
        {
            surnames.Add((row[0], row[2]));
            weights.Add(sum += double.Parse(row[1], CultureInfo.InvariantCulture));
            if (!_surnamesByKana.TryGetValue(row[2], out List<(string, string)>? same))
            {
                _surnamesByKana[row[2]] = same = [];
            }

            same.Add((row[0], row[2]));
        }

        _surnames = [.. surnames];
        _surnameWeights = [.. weights];

        // Lists 0 and 1: boys' and girls' names of now; 2 and 3: their parents'.
        List<(string, string[])>[] lists = [[], [], [], []];
        foreach (string[] row in Rows("given_names.csv"))
        {
            int sex = row[0] == "1" ? 0 : 1;
            (string, string[]) entry = (row[2], row[3].Split('|'));
            if (row[1] != "old")
            {
                lists[sex].Add(entry);
            }

            if (row[1] != "young")
            {
                lists[2 + sex].Add(entry);
            }
        }

        for (int list = 0; list < 4; list++)
        {
            _given[list] = [.. lists[list]];
        }

        for (int sex = 0; sex < 2; sex++)
        {
            for (int e = 0; e < _given[sex].Length; e++)
            {
                foreach (string spelling in _given[sex][e].Spellings)
                {
                    GivenName name = new(e, spelling, _given[sex][e].Kana);
                    Index(_byFirstKanji[sex], spelling[0], name);
                    Index(_byLastKanji[sex], spelling[^1], name);
                    Index(_byFirstKana[sex], name.Kana[..Math.Min(2, name.Kana.Length)], name);
                    Index(_readingsOf, spelling, name.Kana);
                }
            }
        }

        string[][] foreign = [.. Rows("foreign_names.csv")];
        _foreignFamily = [.. foreign.Where(r => r[0] == "family").Select(r => (r[1], r[2]))];
        _foreignGiven = [.. new[] { "male", "female" }.Select(sex => foreign.Where(r => r[0] == sex).Select(r => (r[1], r[2])).ToArray())];
    }

    /// <summary>Gets the names of the city's own lists.</summary>
    public static RegisterNames Shared { get; } = new();

    /// <summary>Returns a surname by its number of bearers; nearly a quarter of the families have one of ten, as in towns where a few names are common.</summary>
    public (string Kanji, string Kana) Surname(ref CityRandom random) => random.Chance(0.23) ? _surnames[random.Below(10)] : _surnames[random.Pick(_surnameWeights)];

    /// <summary>Returns another surname with the same reading, or null when the list has none.</summary>
    public string? Homophone(string kanji, string kana, ref CityRandom random)
    {
        if (!_surnamesByKana.TryGetValue(kana, out List<(string Kanji, string Kana)>? same) || same.Count < 2)
        {
            return null;
        }

        string other = same[random.Below(same.Count)].Kanji;
        return other == kanji ? null : other;
    }

    /// <summary>Returns a child's given name; the powers make the first readings and spellings of the lists more frequent, and namesakes of one day.</summary>
    public GivenName Given(int sex, ref CityRandom random)
    {
        (string Kana, string[] Spellings)[] list = _given[sex];
        double at = random.Share();
        int entry = (int)(at * at * Math.Sqrt(at) * list.Length);
        double which = random.Share();
        string[] spellings = list[entry].Spellings;
        return new GivenName(entry, spellings[(int)(which * which * spellings.Length)], list[entry].Kana);
    }

    /// <summary>Returns a parent's given name.</summary>
    public (string Kanji, string Kana) ParentGiven(int sex, ref CityRandom random)
    {
        (string Kana, string[] Spellings)[] list = _given[2 + sex];
        double at = random.Share();
        (string kana, string[] spellings) = list[(int)(at * at * list.Length)];
        return (spellings[random.Below(spellings.Length)], kana);
    }

    /// <summary>Returns a name as parents give it to a twin of another: its first or last kanji, or the first two kana; null when the lists have none.</summary>
    public GivenName? Like(GivenName name, int sex, ref CityRandom random)
    {
        int kind = random.Below(3);
        for (int attempt = 0; attempt < 12; attempt++)
        {
            List<GivenName>? names = ((kind + (attempt / 4)) % 3) switch
            {
                0 => _byFirstKanji[sex].GetValueOrDefault(name.Kanji[0]),
                1 => _byLastKanji[sex].GetValueOrDefault(name.Kanji[^1]),
                _ => _byFirstKana[sex].GetValueOrDefault(name.Kana[..Math.Min(2, name.Kana.Length)]),
            };
            GivenName? other = names?[random.Below(names.Count)];
            if (other is { } found && found.Kana != name.Kana)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Returns another spelling of a reading.</summary>
    public string OtherSpelling(GivenName name, int sex, ref CityRandom random)
    {
        string[] spellings = _given[sex][name.Entry].Spellings;
        return spellings[random.Below(spellings.Length)];
    }

    /// <summary>Returns another reading of a spelling, or null when the lists have none.</summary>
    public string? OtherReading(string kanji, string kana, ref CityRandom random)
    {
        List<string>? readings = _readingsOf.GetValueOrDefault(kanji);
        string? other = readings is null ? null : readings[random.Below(readings.Count)];
        return other == kana ? null : other;
    }

    /// <summary>Returns a foreign family name.</summary>
    public (string Latin, string Kana) ForeignFamily(ref CityRandom random)
    {
        double at = random.Share();
        return _foreignFamily[(int)(at * at * _foreignFamily.Length)];
    }

    /// <summary>Returns a foreign given name of one or two words.</summary>
    public (string Latin, string Kana) ForeignGiven(int sex, ref CityRandom random)
    {
        (string Latin, string Kana)[] list = _foreignGiven[sex];
        (string Latin, string Kana) first = list[random.Below(list.Length)];
        if (random.Chance(0.5))
        {
            return first;
        }

        (string Latin, string Kana) second = list[random.Below(list.Length)];
        return second == first ? first : (first.Latin + " " + second.Latin, first.Kana + " " + second.Kana);
    }

    private static void Index<TKey, TValue>(Dictionary<TKey, List<TValue>> index, TKey key, TValue value)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out List<TValue>? list))
        {
            index[key] = list = [];
        }

        list.Add(value);
    }

    private static IEnumerable<string[]> Rows(string file)
    {
        using Stream stream = typeof(RegisterNames).Assembly.GetManifestResourceStream("city/" + file)
            ?? throw new InvalidOperationException($"embedded resource city/{file} is missing");
        using StreamReader reader = new(stream, Encoding.UTF8);
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
