using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>Says how plausible a reading in kana is for a name in kanji, learnt from records that have both.</summary>
/// <remarks>
/// P(kana | kanji) of whole names where the name was seen, backed off to readings of single characters (expectation maximisation over all ways to
/// part the reading among the characters, the model of joint n-grams of Bisani and Ney, "Joint-sequence models for grapheme-to-phoneme conversion",
/// Speech Communication 50, 2008, with n = 1). Surnames and given names are learnt apart. Immutable and thread-safe; the same for any order of the pairs.
/// </remarks>
public sealed class ReadingBridge
{
    // One character takes at most so many kana: 政 マサ, 心 ココロ, 雷 イカズチ, 承 ウケタマワ.
    private const int LongestReading = 5;

    // What the single characters say counts as much as this many sightings of the whole name.
    private const double BackOffWeight = 2;

    // A floor for a reading of a character that was never seen, for each kana it takes.
    private const double UnseenKana = 1e-3;

    private readonly Dictionary<string, Whole> _whole;
    private readonly Dictionary<(int Character, string Reading), double> _single;

    private ReadingBridge(Dictionary<string, Whole> whole, Dictionary<(int Character, string Reading), double> single)
    {
        _whole = whole;
        _single = single;
    }

    /// <summary>Gets the number of distinct names in kanji.</summary>
    public int NameCount => _whole.Count;

    /// <summary>Gets the number of distinct readings of single characters.</summary>
    public int ReadingCount => _single.Count;

    /// <summary>Learns from pairs of a name part in kanji and its reading.</summary>
    /// <param name="pairs">Keys as <see cref="KanjiKeys.Fold"/> and <see cref="KanaKeys.Norm"/> give them, of surnames or of given names; pairs with an empty side or a wildcard are left out.</param>
    /// <param name="iterations">Rounds of expectation maximisation.</param>
    /// <remarks>Cost: O(distinct pairs × characters × length of the reading × 5) for each round; memory by distinct pairs.</remarks>
    public static ReadingBridge Learn(IEnumerable<(string Kanji, string Kana)> pairs, int iterations = 4)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        Dictionary<(string, string), int> seen = [];
        foreach ((string kanji, string kana) in pairs)
        {
            if (kanji.Length > 0 && kana.Length > 0 && kanji != kana && !kanji.Contains(NameTables.Wildcard, StringComparison.Ordinal) && !char.IsAscii(kanji[0]))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(seen, (kanji, kana), out _)++;
            }
        }

        return FromCounts(seen.Select(s => (s.Key.Item1, s.Key.Item2, s.Value)), iterations);
    }

    /// <summary>Reads a bridge that <see cref="Write"/> wrote.</summary>
    public static ReadingBridge Read(TextReader reader, int iterations = 4)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return FromCounts(Rows(reader), iterations);

        static IEnumerable<(string, string, int)> Rows(TextReader text)
        {
            while (text.ReadLine() is { } line)
            {
                string[] cells = line.Split('\t');
                if (cells.Length == 3)
                {
                    yield return (cells[0], cells[1], int.Parse(cells[2], CultureInfo.InvariantCulture));
                }
            }
        }
    }

    /// <summary>Writes the counts of whole names, one per line, in ordinal order; all else follows from them.</summary>
    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach ((string kanji, Whole whole) in _whole.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            foreach ((string kana, int count) in whole.Readings.OrderBy(r => r.Key, StringComparer.Ordinal))
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{kanji}\t{kana}\t{count}\n"));
            }
        }
    }

    /// <summary>Returns P(kana | kanji), 0 to 1.</summary>
    /// <param name="kanji">A key as <see cref="KanjiKeys.Fold"/> gives it.</param>
    /// <param name="kana">A key as <see cref="KanaKeys.Norm"/> gives it.</param>
    /// <remarks>Whole names and single characters together: (n(kana) + w · P(characters)) / (n + w).</remarks>
    public double Probability(string kanji, string kana)
    {
        ArgumentNullException.ThrowIfNull(kanji);
        ArgumentNullException.ThrowIfNull(kana);
        if (kanji.Length == 0 || kana.Length == 0)
        {
            return 0;
        }

        double single = Parted(kanji, kana);
        return _whole.TryGetValue(kanji, out Whole? whole)
            ? (whole.Readings.GetValueOrDefault(kana) + (BackOffWeight * single)) / (whole.Count + BackOffWeight)
            : single;
    }

    /// <summary>Returns the probability of the likeliest way to part a reading among the characters, not normalised by other readings of the name.</summary>
    public double Parted(string kanji, string kana)
    {
        ArgumentNullException.ThrowIfNull(kanji);
        ArgumentNullException.ThrowIfNull(kana);
        Span<double> best = kana.Length < 128 ? stackalloc double[kana.Length + 1] : new double[kana.Length + 1];
        Span<double> next = kana.Length < 128 ? stackalloc double[kana.Length + 1] : new double[kana.Length + 1];
        best.Clear();
        best[0] = 1;
        foreach (Rune character in kanji.EnumerateRunes())
        {
            next.Clear();
            for (int from = 0; from < kana.Length; from++)
            {
                if (best[from] <= 0)
                {
                    continue;
                }

                for (int length = 1; length <= Math.Min(LongestReading, kana.Length - from); length++)
                {
                    double share = best[from] * Single(character.Value, kana.AsSpan(from, length));
                    next[from + length] = Math.Max(next[from + length], share);
                }
            }

            Span<double> swap = best;
            best = next;
            next = swap;
        }

        return best[kana.Length];
    }

    /// <summary>Returns whether a reading is a plausible one: seen for the whole name, or every character has a seen reading there.</summary>
    /// <param name="kanji">A key as <see cref="KanjiKeys.Fold"/> gives it.</param>
    /// <param name="kana">A key as <see cref="KanaKeys.Norm"/> gives it.</param>
    /// <param name="least">The least probability.</param>
    public bool IsPlausible(string kanji, string kana, double least = 1e-3) => Probability(kanji, kana) >= least;

    /// <summary>Returns the readings of a whole name that were seen, the most frequent first, with their shares.</summary>
    public IReadOnlyList<(string Kana, double Share)> Readings(string kanji) =>
        _whole.TryGetValue(kanji, out Whole? whole)
            ? [.. whole.Readings.OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, (double)r.Value / whole.Count))]
            : [];

    private static ReadingBridge FromCounts(IEnumerable<(string Kanji, string Kana, int Count)> counts, int iterations)
    {
        // Sorted, so that sums of floating point numbers have one order whatever the order of the pairs.
        (string Kanji, string Kana, int Count)[] rows = [.. counts.OrderBy(c => c.Kanji, StringComparer.Ordinal).ThenBy(c => c.Kana, StringComparer.Ordinal)];
        Dictionary<string, Whole> whole = new(StringComparer.Ordinal);
        foreach ((string kanji, string kana, int count) in rows)
        {
            if (!whole.TryGetValue(kanji, out Whole? entry))
            {
                whole[kanji] = entry = new Whole();
            }

            entry.Readings[kana] = entry.Readings.GetValueOrDefault(kana) + count;
            entry.Count += count;
        }

        Dictionary<(int, string), double> single = [];
        for (int i = 0; i < iterations; i++)
        {
            single = Round(rows, single, i == 0);
        }

        return new ReadingBridge(whole, single);
    }

    // One round: the expected count of each (character, reading) over all ways to part, then the shares within a character.
    private static Dictionary<(int, string), double> Round((string Kanji, string Kana, int Count)[] rows, Dictionary<(int, string), double> before, bool isFirst)
    {
        Dictionary<(int, string), double> expected = [];
        Dictionary<(int, int), string> none = [];
        foreach ((string kanji, string kana, int count) in rows)
        {
            int[] characters = [.. kanji.EnumerateRunes().Select(r => r.Value)];
            int n = characters.Length;
            int m = kana.Length;
            if (m < n || m > n * LongestReading || m > 40 || n > 10)
            {
                continue;
            }

            none.Clear();
            double[,] forward = new double[n + 1, m + 1];
            double[,] backward = new double[n + 1, m + 1];
            double[,,] share = new double[n, m, LongestReading + 1];
            forward[0, 0] = 1;
            backward[n, m] = 1;
            for (int c = 0; c < n; c++)
            {
                for (int from = c; from < m; from++)
                {
                    for (int length = 1; length <= Math.Min(LongestReading, m - from); length++)
                    {
                        string part = kana.Substring(from, length);
                        double p = NameTables.IsKana((char)characters[c]) && characters[c] < 65536
                            ? (length == 1 && part[0] == characters[c] ? 1 : 0)
                            : isFirst ? FirstGuess(part, kana, from) : before.GetValueOrDefault((characters[c], part));
                        share[c, from, length] = p;
                        forward[c + 1, from + length] += forward[c, from] * p;
                    }
                }
            }

            double total = forward[n, m];
            if (total <= 0)
            {
                continue;
            }

            for (int c = n - 1; c >= 0; c--)
            {
                for (int from = c; from < m; from++)
                {
                    for (int length = 1; length <= Math.Min(LongestReading, m - from); length++)
                    {
                        double p = share[c, from, length];
                        double after = backward[c + 1, from + length];
                        backward[c, from] += p * after;
                        double weight = forward[c, from] * p * after / total;
                        if (weight > 1e-6)
                        {
                            // A name that half the city bears must not drown the others: counts grow with the square root.
                            CollectionsMarshal.GetValueRefOrAddDefault(expected, (characters[c], kana.Substring(from, length)), out _) += weight * Math.Sqrt(count);
                        }
                    }
                }
            }
        }

        Dictionary<int, double> totals = [];
        foreach (((int character, string _), double value) in expected)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(totals, character, out _) += value;
        }

        Dictionary<(int, string), double> shares = new(expected.Count);
        foreach ((var key, double value) in expected)
        {
            double p = value / totals[key.Item1];
            if (p > 1e-5)
            {
                shares[key] = p;
            }
        }

        return shares;
    }

    // Two kana for a character is the usual length, and a small kana or the long mark begins no reading.
    private static double FirstGuess(string part, string kana, int from) =>
        from > 0 && "ァィゥェォャュョヮッー".Contains(kana[from], StringComparison.Ordinal) ? 1e-9 : part.Length switch { 1 => 0.25, 2 => 0.45, 3 => 0.2, 4 => 0.08, _ => 0.02 };

    private double Single(int character, ReadOnlySpan<char> reading)
    {
        if (NameTables.IsKana((char)character) && character < 65536)
        {
            return reading.Length == 1 && reading[0] == character ? 1 : 0;
        }

        string text = reading.ToString();
        if (_single.TryGetValue((character, text), out double share))
        {
            return share;
        }

        // 崎 サキ, 山崎 ヤマザキ: a reading may begin with the voiced form of one that was seen.
        char plain = Unvoiced(reading[0]);
        if (plain != 0 && _single.TryGetValue((character, string.Concat([plain], reading[1..])), out share))
        {
            return share * 0.05;
        }

        char voiced = NameTables.Voiced(reading[0]);
        if (voiced != 0 && _single.TryGetValue((character, string.Concat([voiced], reading[1..])), out share))
        {
            return share * 0.05;
        }

        return Math.Pow(UnseenKana, reading.Length + 1);
    }

    private static char Unvoiced(char kana) => kana switch
    {
        'ガ' or 'ギ' or 'グ' or 'ゲ' or 'ゴ' or 'ザ' or 'ジ' or 'ズ' or 'ゼ' or 'ゾ' or 'ダ' or 'ヂ' or 'ヅ' or 'デ' or 'ド' or 'バ' or 'ビ' or 'ブ' or 'ベ' or 'ボ' => (char)(kana - 1),
        'パ' or 'ピ' or 'プ' or 'ペ' or 'ポ' => (char)(kana - 2),
        _ => '\0',
    };

    private sealed class Whole
    {
        public int Count { get; set; }

        public Dictionary<string, int> Readings { get; } = new(StringComparer.Ordinal);
    }
}
