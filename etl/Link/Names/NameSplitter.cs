namespace Warehouse.Etl.Link.Names;

/// <summary>One way to part a name that came without a blank.</summary>
/// <param name="Surname">The surname in kanji.</param>
/// <param name="Given">The given name in kanji.</param>
/// <param name="SurnameKana">The surname's reading, or empty when the record has none.</param>
/// <param name="GivenKana">The given name's reading, or empty.</param>
/// <param name="Share">How likely this way is among those returned; they sum to 1.</param>
public readonly record struct NameSplit(string Surname, string Given, string SurnameKana, string GivenKana, double Share);

/// <summary>Parts names written without a blank by a list of surnames and their readings; keeps every way that is possible.</summary>
/// <remarks>Source: <c>Data/surnames.txt</c>, about 2,000 surnames that cover some 85 % of bearers; others can be added. Instances are immutable.</remarks>
public sealed class NameSplitter
{
    // The chance that a further character belongs to the surname, for surnames that no list has: two characters are most, then three, then one.
    private static readonly double[] LengthShare = [0, 0.04, 0.85, 0.10, 0.01];

    private readonly Dictionary<string, Entry> _surnames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _readings = new(StringComparer.Ordinal);
    private readonly int _longest;
    private readonly int _longestReading;

    /// <summary>Makes a splitter of the list that comes with the program and of more surnames.</summary>
    /// <param name="more">(surname in kanji, bearers, reading in kana or empty).</param>
    public NameSplitter(IEnumerable<(string Surname, double Bearers, string Kana)>? more = null)
    {
        IEnumerable<(string, double, string)> known = NameTables.Rows("surnames.txt")
            .SelectMany(row => row[2].Split('|').Select(kana => (row[0], double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture), kana)));
        foreach ((string surname, double bearers, string kana) in known.Concat(more ?? []))
        {
            string key = KanjiKeys.Fold(surname);
            if (key.Length == 0)
            {
                continue;
            }

            if (!_surnames.TryGetValue(key, out Entry? entry))
            {
                _surnames[key] = entry = new Entry();
            }

            entry.Bearers += bearers;
            _longest = Math.Max(_longest, key.Length);
            string reading = KanaKeys.Norm(kana);
            if (reading.Length > 0)
            {
                entry.Readings.Add(reading);
                _readings[reading] = _readings.GetValueOrDefault(reading) + bearers;
                _longestReading = Math.Max(_longestReading, reading.Length);
            }
        }
    }

    /// <summary>Gets the splitter of the list that comes with the program.</summary>
    public static NameSplitter Default { get; } = new();

    /// <summary>Returns the ways to part a name, the most likely first; one way with an empty given name when none is possible.</summary>
    /// <param name="kanji">The name in kanji without a blank, or empty.</param>
    /// <param name="kana">The reading without a blank, or empty.</param>
    /// <remarks>Where both are there, only ways on which both agree are returned, if there is one. Cost: number of surnames that begin the name.</remarks>
    public IReadOnlyList<NameSplit> Split(string? kanji, string? kana)
    {
        string name = KanjiKeys.Fold(kanji);
        string reading = KanaKeys.Norm(kana);
        List<NameSplit> ways = [];
        if (name.Length > 1)
        {
            for (int cut = 1; cut <= Math.Min(_longest, name.Length - 1); cut++)
            {
                if (!char.IsLowSurrogate(name[cut]) && _surnames.TryGetValue(name[..cut], out Entry? entry))
                {
                    Add(ways, name, cut, reading, entry);
                }
            }

            // Nobody's list is complete: the surname of two characters, or the first one of a name of two.
            if (ways.Count == 0)
            {
                Guess(ways, name, reading);
            }
        }
        else if (reading.Length > 1)
        {
            for (int cut = 1; cut <= Math.Min(_longestReading, reading.Length - 1); cut++)
            {
                if (!IsSmall(reading[cut]) && _readings.TryGetValue(reading[..cut], out double bearers))
                {
                    ways.Add(new NameSplit(string.Empty, string.Empty, reading[..cut], reading[cut..], bearers * GivenKanaShare(reading.Length - cut)));
                }
            }
        }

        if (ways.Count == 0)
        {
            return [new NameSplit(name, string.Empty, reading, string.Empty, 1)];
        }

        // A way on which the reading agrees too beats all on which it does not.
        if (reading.Length > 0 && ways.Exists(w => w.GivenKana.Length > 0))
        {
            ways.RemoveAll(w => w.GivenKana.Length == 0);
        }

        double sum = ways.Sum(w => w.Share);
        return [.. ways.Select(w => w with { Share = w.Share / sum }).OrderByDescending(w => w.Share).ThenByDescending(w => w.Surname.Length).ThenBy(w => w.SurnameKana, StringComparer.Ordinal)];
    }

    private static void Add(List<NameSplit> ways, string name, int cut, string reading, Entry entry)
    {
        double share = entry.Bearers * GivenShare(name.Length - cut);
        bool isRead = false;
        foreach (string known in entry.Readings)
        {
            if (reading.Length > known.Length && reading.StartsWith(known, StringComparison.Ordinal) && !IsSmall(reading[known.Length]))
            {
                ways.Add(new NameSplit(name[..cut], name[cut..], known, reading[known.Length..], share / entry.Readings.Count));
                isRead = true;
            }
        }

        if (!isRead)
        {
            ways.Add(new NameSplit(name[..cut], name[cut..], reading, string.Empty, share));
        }
    }

    private static void Guess(List<NameSplit> ways, string name, string reading)
    {
        for (int cut = 1; cut < Math.Min(LengthShare.Length, name.Length); cut++)
        {
            if (!char.IsLowSurrogate(name[cut]))
            {
                ways.Add(new NameSplit(name[..cut], name[cut..], reading, string.Empty, LengthShare[cut] * GivenShare(name.Length - cut)));
            }
        }
    }

    // Given names of two characters are most, then three and one; longer ones hardly occur.
    private static double GivenShare(int length) => length switch { 1 => 0.17, 2 => 0.63, 3 => 0.19, 4 => 0.01, _ => 0.0005 };

    private static double GivenKanaShare(int length) => length switch { 2 => 0.2, 3 => 0.45, 4 => 0.25, 5 => 0.07, 1 => 0.002, _ => 0.01 };

    private static bool IsSmall(char kana) => "ァィゥェォャュョヮッーン".Contains(kana, StringComparison.Ordinal);

    private sealed class Entry
    {
        public double Bearers { get; set; }

        public SortedSet<string> Readings { get; } = new(StringComparer.Ordinal);
    }
}
