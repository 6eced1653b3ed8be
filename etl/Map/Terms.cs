using System.Text;
using System.Text.Json;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;

namespace Warehouse.Etl.Map;

/// <summary>What municipal headers and codes mean: the table <c>terms.json</c> and the labels of all contracts.</summary>
public sealed class Terms
{
    private static readonly Lazy<Terms> Embedded = new(Read);

    private readonly Dictionary<string, string> _canonical = new(StringComparer.Ordinal);
    private readonly HashSet<string> _weak;
    private readonly string[] _units;
    private readonly int _longest;
    private readonly Dictionary<string, string[]> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Column, string Label), List<string>> _codes = [];
    private readonly Dictionary<string, List<(string Label, string Code)>> _labels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _words;

    private Terms(JsonElement root, FeedCatalog catalog)
    {
        foreach (JsonElement group in root.GetProperty("terms").EnumerateArray())
        {
            string first = Fold(group[0].GetString()!);
            foreach (JsonElement term in group.EnumerateArray())
            {
                _canonical.TryAdd(Fold(term.GetString()!), first);
            }
        }

        _longest = _canonical.Keys.Max(term => term.Length);
        foreach (string name in new[] { "weak", "units", "identity", "free_text", "special_care", "tax", "counts", "not_identity", "dates" })
        {
            _lists[name] = [.. root.GetProperty(name).EnumerateArray().Select(term => Fold(term.GetString()!))];
        }

        _weak = [.. _lists["weak"]];
        _units = _lists["units"];
        foreach (FeedContract contract in catalog.Contracts)
        {
            foreach (FeedColumn column in contract.Columns)
            {
                // A digit says nothing by itself: what it stands for in one feed need not hold in another.
                foreach ((string label, string code) in column.Codes.Where(code => code.Key.Length > 0 && !code.Key.All(char.IsAsciiDigit)))
                {
                    Add(column.Name, label, code);
                }
            }
        }

        foreach (JsonProperty column in root.GetProperty("codes").EnumerateObject())
        {
            foreach (JsonProperty code in column.Value.EnumerateObject())
            {
                foreach (JsonElement label in code.Value.EnumerateArray())
                {
                    Add(column.Name, label.GetString()!, code.Name);
                }
            }
        }

        _words = [.. _codes.Keys.Select(key => key.Label).Where(label => label.Length > 0)];
    }

    /// <summary>The table of this release.</summary>
    public static Terms Default => Embedded.Value;

    /// <summary>Returns text in one form: one width, katakana, small letters, no blanks, underscores or points between words.</summary>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder folded = new(text.Length);
        foreach (char sign in Normalise.Width(text))
        {
            char one = sign switch { '~' or '〜' or '－' or '‐' or '―' => '-', 'ヶ' or 'ヵ' or 'ケ' or '箇' when folded.Length > 0 && char.IsAsciiDigit(folded[^1]) => 'カ', _ => sign };
            if (one is ' ' or '\u3000' or '\t' or '_' or '・' or '\r' or '\n')
            {
                continue;
            }

            folded.Append(char.ToLowerInvariant(one));
        }

        return folded.ToString();
    }

    /// <summary>Returns how alike two headers are, from 0 to 1.</summary>
    public double Alike(string left, string right)
    {
        string a = Bare(left);
        string b = Bare(right);
        if (a == b)
        {
            return 1;
        }

        List<string> first = Tokens(a);
        List<string> second = Tokens(b);
        if (first.SequenceEqual(second, StringComparer.Ordinal))
        {
            return 0.97;
        }

        double both = 0;
        double all = 0;
        foreach (string token in first.Union(second, StringComparer.Ordinal))
        {
            double weight = _weak.Contains(token) ? 0.3 : 1;
            int shared = (first.Contains(token) ? 1 : 0) + (second.Contains(token) ? 1 : 0);
            both += shared == 2 ? weight : 0;
            all += weight;
        }

        double tokens = all == 0 ? 0 : both / all;
        return Math.Max(tokens * 0.95, Bigrams(a, b) * 0.7);
    }

    /// <summary>Returns whether a header holds a word of a list of the table.</summary>
    public bool Has(string list, string header)
    {
        string bare = Bare(header);
        return _lists[list].Any(term => bare.Contains(term, StringComparison.Ordinal));
    }

    /// <summary>Returns whether a header is made of words of the table alone.</summary>
    public bool IsKnown(string header) => Tokens(Bare(header)).All(token => _canonical.ContainsKey(token));

    /// <summary>Returns whether a value is a label of some code: a word that names nobody.</summary>
    public bool IsCodeWord(string value) => _words.Contains(Fold(value));

    /// <summary>Returns the warehouse codes that a label stands for in columns of this name; feeds may differ in what they make of it.</summary>
    public IReadOnlyList<string> CodesOf(string column, string label) => _codes.GetValueOrDefault((column, Fold(label))) ?? [];

    /// <summary>Returns all labels of a column of this name with their warehouse codes.</summary>
    public IReadOnlyList<(string Label, string Code)> Labels(string column) => _labels.GetValueOrDefault(column) ?? [];

    private void Add(string column, string label, string code)
    {
        if (!_codes.TryGetValue((column, Fold(label)), out List<string>? codes))
        {
            _codes[(column, Fold(label))] = codes = [];
        }

        if (codes.Contains(code))
        {
            return;
        }

        codes.Add(code);
        if (!_labels.TryGetValue(column, out List<(string, string)>? labels))
        {
            _labels[column] = labels = [];
        }

        labels.Add((label, code));
    }

    private static double Bigrams(string a, string b)
    {
        if (a.Length < 2 || b.Length < 2)
        {
            return 0;
        }

        HashSet<string> left = [.. Enumerable.Range(0, a.Length - 1).Select(i => a.Substring(i, 2))];
        HashSet<string> right = [.. Enumerable.Range(0, b.Length - 1).Select(i => b.Substring(i, 2))];
        int shared = left.Count(right.Contains);
        return 2.0 * shared / (left.Count + right.Count);
    }

    private static Terms Read()
    {
        using Stream stream = typeof(Terms).Assembly.GetManifestResourceStream("map/terms.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return new Terms(document.RootElement, FeedCatalog.Default);
    }

    // Without a leading number, units and brackets.
    private string Bare(string header)
    {
        string bare = Fold(header);
        int at = 0;
        while (at < bare.Length && (char.IsAsciiDigit(bare[at]) || bare[at] is '.' or ':' or ')'))
        {
            at++;
        }

        bare = at < bare.Length ? bare[at..] : bare;
        foreach (string unit in _units)
        {
            bare = bare.Length > unit.Length ? bare.Replace(unit, "", StringComparison.Ordinal) : bare;
        }

        return bare.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);
    }

    private List<string> Tokens(string text)
    {
        List<string> tokens = [];
        StringBuilder rest = new();
        for (int at = 0; at < text.Length;)
        {
            string? found = null;
            for (int length = Math.Min(_longest, text.Length - at); length > 0 && found is null; length--)
            {
                if (_canonical.TryGetValue(text.Substring(at, length), out found))
                {
                    at += length;
                }
            }

            if (found is null)
            {
                rest.Append(text[at++]);
                continue;
            }

            Flush();
            tokens.Add(found);
        }

        Flush();
        return tokens;

        void Flush()
        {
            if (rest.Length > 0)
            {
                tokens.Add(rest.ToString());
                rest.Clear();
            }
        }
    }
}
