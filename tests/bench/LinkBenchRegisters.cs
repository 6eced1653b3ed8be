using System.Globalization;
using System.Reflection;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Bench;

/// <summary>Two fictitious registers of children of one town with known truth: a resident register and a school register (架空データ).</summary>
/// <remarks>
/// Families of one to three children with a surname by its number of bearers, an address and birth dates over 18 years; 1 % of births are twins, who share all but given
/// name and, half of the time, sex. Of all children 98 % are in the first register and 62 % in the second. The second has: another reading in 1 %, an old form of a
/// kanji in 2 %, a wrong birth date in 0.4 %, a wrong sex in 0.2 %, another surname in 1 %, another address in 6 %, and no reading in 2 %, no address in 2 %; 0.3 %
/// stand there twice.
/// </remarks>
internal sealed class LinkBenchRegisters
{
    private readonly Random _random;
    private readonly (string Kanji, string Kana)[] _surnames;
    private readonly double[] _weights;
    private readonly (string Kana, string[] Spellings)[][] _given;

    private LinkBenchRegisters(int seed)
    {
        // A generator of the framework with a seed: the same on every machine for one version of it.
        _random = new Random(seed);
        string[][] surnames = [.. Rows("surnames.csv")];
        _surnames = [.. surnames.Select(row => (row[0], row[2]))];
        double sum = 0;
        _weights = [.. surnames.Select(row => sum += double.Parse(row[1], CultureInfo.InvariantCulture))];
        string[][] given = [.. Rows("given_names.csv").Where(row => row[1] is "young" or "any")];
        _given = [.. new[] { "1", "2" }.Select(sex => given.Where(row => row[0] == sex).Select(row => (row[2], row[3].Split('|'))).ToArray())];
    }

    internal required LinkRegister Left { get; init; }

    internal required LinkRegister Right { get; init; }

    /// <summary>How many records of the second register have their child in the first.</summary>
    internal required long TruePairs { get; init; }

    /// <summary>For each id the child, and whether it is a twin.</summary>
    internal required IReadOnlyDictionary<string, (int Child, bool IsTwin)> Truth { get; init; }

    internal static LinkBenchRegisters Make(int children, int seed)
    {
        LinkBenchRegisters maker = new(seed) { Left = null!, Right = null!, TruePairs = 0, Truth = new Dictionary<string, (int, bool)>() };
        return maker.Make(children);
    }

    private LinkBenchRegisters Make(int children)
    {
        Sheet left = new();
        Sheet right = new();
        Dictionary<string, (int, bool)> truth = new(2 * children);
        HashSet<int> inLeft = [];
        List<int> inRight = [];
        int child = 0;
        while (child < children)
        {
            (string Kanji, string Kana) surname = _surnames[Surname()];
            string address = Address();
            int births = _random.Next(1, 4);
            for (int birth = 0; birth < births && child < children; birth++)
            {
                int day = _random.Next(18 * 365);
                string date = new DateOnly(2007, 4, 2).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                int sex = _random.Next(2);
                bool isTwin = _random.NextDouble() < 0.01;
                string last = "";
                for (int k = 0; k < (isTwin ? 2 : 1); k++)
                {
                    int own = k == 0 ? sex : _random.Next(2) == 0 ? sex : 1 - sex;
                    (string kana, string kanji) = Given(own);
                    while (kana == last)
                    {
                        (kana, kanji) = Given(own);
                    }

                    last = kana;
                    string[] cells = [surname.Kanji, kanji, surname.Kana, kana, date, own == 0 ? "男" : "女", address];
                    if (_random.NextDouble() < 0.98)
                    {
                        string id = "A" + left.Count.ToString("0000000", CultureInfo.InvariantCulture);
                        left.Add(id, cells);
                        truth[id] = (child, isTwin);
                        inLeft.Add(child);
                    }

                    if (_random.NextDouble() < 0.62)
                    {
                        for (int copy = 0; copy < (_random.NextDouble() < 0.003 ? 2 : 1); copy++)
                        {
                            string id = "B" + right.Count.ToString("0000000", CultureInfo.InvariantCulture);
                            right.Add(id, Spoilt(cells));
                            truth[id] = (child, isTwin);
                            inRight.Add(child);
                        }
                    }

                    child++;
                }
            }
        }

        return new LinkBenchRegisters(0) { Left = left.Register("register"), Right = right.Register("school"), Truth = truth, TruePairs = inRight.LongCount(inLeft.Contains) };
    }

    private string[] Spoilt(string[] cells)
    {
        string[] own = [.. cells];
        if (Chance(0.01))
        {
            own[3] = own[3].Length > 1 ? own[3][..^1] : own[3] + "ン";
        }

        if (Chance(0.02))
        {
            own[0] = own[0].Replace('高', '髙').Replace('崎', '﨑').Replace('斎', '斉').Replace('辺', '邊').Replace('沢', '澤').Replace('浜', '濱');
        }

        if (Chance(0.004))
        {
            DateOnly date = DateOnly.ParseExact(own[4], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            own[4] = date.AddDays(_random.Next(3) switch { 0 => 1, 1 => 10, _ => 365 }).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        if (Chance(0.002))
        {
            own[5] = own[5] == "男" ? "女" : "男";
        }

        if (Chance(0.01))
        {
            (own[0], own[2]) = _surnames[Surname()];
        }

        own[6] = Chance(0.06) ? Address() : Chance(0.02) ? "" : own[6];
        if (Chance(0.02))
        {
            own[2] = own[3] = "";
        }

        return own;
    }

    private bool Chance(double p) => _random.NextDouble() < p;

    private int Surname()
    {
        int at = Array.BinarySearch(_weights, _random.NextDouble() * _weights[^1]);
        return Math.Min(at < 0 ? ~at : at, _surnames.Length - 1);
    }

    private (string Kana, string Kanji) Given(int sex)
    {
        // Frequent names come first in the lists.
        (string Kana, string[] Spellings)[] names = _given[sex];
        (string kana, string[] spellings) = names[(int)(names.Length * Math.Pow(_random.NextDouble(), 1.5))];
        return (kana, spellings[_random.Next(spellings.Length)]);
    }

    private string Address() => string.Create(CultureInfo.InvariantCulture, $"{_surnames[_random.Next(400)].Kanji}町{_random.Next(1, 6)}丁目{_random.Next(1, 40)}番{_random.Next(1, 30)}号");

    private static IEnumerable<string[]> Rows(string name)
    {
        using Stream stream = typeof(LinkEngine).Assembly.GetManifestResourceStream("city/" + name) ?? throw new InvalidOperationException($"The list {name} is not in {Assembly.GetExecutingAssembly().FullName}.");
        using StreamReader reader = new(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line.Split(',');
            }
        }
    }

    private sealed class Sheet
    {
        private static readonly (LinkKind Kind, string Name)[] Kinds =
        [
            (LinkKind.Surname, "surname"), (LinkKind.Given, "given_name"), (LinkKind.SurnameKana, "surname_kana"), (LinkKind.GivenKana, "given_kana"),
            (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address"),
        ];

        private readonly List<string> _ids = [];
        private readonly List<int>[] _cells = [.. Kinds.Select(_ => new List<int>())];
        private readonly List<string>[] _values = [.. Kinds.Select(_ => new List<string> { "" })];
        private readonly Dictionary<string, int>[] _codes = [.. Kinds.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 })];

        internal int Count => _ids.Count;

        internal void Add(string id, string[] cells)
        {
            _ids.Add(id);
            for (int i = 0; i < cells.Length; i++)
            {
                if (!_codes[i].TryGetValue(cells[i], out int code))
                {
                    _codes[i][cells[i]] = code = _values[i].Count;
                    _values[i].Add(cells[i]);
                }

                _cells[i].Add(code);
            }
        }

        internal LinkRegister Register(string name) =>
            new(name, [.. _ids], [.. Kinds.Select((kind, i) => new LinkColumn(kind.Kind, kind.Name, [.. _cells[i]], _values[i]))]);
    }
}
