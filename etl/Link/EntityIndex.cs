using System.Runtime.InteropServices;
using Warehouse.Etl.Link.Engine;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Etl.Link;

/// <summary>The register and the records of one system in the form in which they are compared, with an index by which the pairs of a few records are found without looking at the others.</summary>
/// <remarks>
/// One row a version. Frequencies, readings and the choice of blocking rules come from the register alone, so the pairs of a record and their scores do not depend on which other records of the
/// system are there or came first. Two things do depend on all of them: which days are defaults of a form, and, where the register writes no city, which city is the usual one; where records that are
/// added change one of the two, everything is made anew. Household numbers and guardians are left out: only the register has the former and only the others the latter, and co-multiples share both.
/// Cost: O(n) to make, with a sort by key for each rule; adding costs what the added records cost. Memory: about 12 bytes a row and rule, and each distinct value once.
/// </remarks>
internal sealed class EntityIndex
{
    private readonly LinkEntity[] _people;
    private readonly DateOnly? _bornFrom;
    private readonly NameLexicon _lexicon;
    private readonly HashSet<LinkKind> _kinds;
    private readonly int _threads;
    private readonly List<LinkEntity> _entities = [];
    private readonly List<int> _open = [];
    private EntityRows _rows;
    private PairIndex _pairs;

    /// <summary>Makes an index of the register alone.</summary>
    /// <param name="people">Persons of the register, by key.</param>
    /// <param name="bornFrom">Persons who were born before are left out; null for none.</param>
    /// <param name="lexicon">Parts names that came without a blank.</param>
    /// <param name="kinds">What is compared: the fields of the model.</param>
    /// <param name="threads">Threads; never changes the result.</param>
    public EntityIndex(LinkEntity[] people, DateOnly? bornFrom, NameLexicon lexicon, IEnumerable<LinkKind> kinds, int threads)
    {
        (_people, _bornFrom, _lexicon, _threads) = (people, bornFrom, lexicon, threads);
        _kinds = [.. kinds];
        (_rows, _pairs) = Make();
    }

    /// <summary>The rows; first those of the register.</summary>
    public LinkTable Table => _rows.Table;

    /// <summary>Persons of the register, by key.</summary>
    public IReadOnlyList<LinkEntity> People => _people;

    /// <summary>Records of the system, in the order in which they were added.</summary>
    public IReadOnlyList<LinkEntity> Entities => _entities;

    /// <summary>The places of the records that are to be decided.</summary>
    public IReadOnlyList<int> Open => _open;

    /// <summary>For each row the place of its person or its record.</summary>
    public List<int> Owners => _rows.Owners;

    /// <summary>The rules of blocking that are used, and how many persons a record meets by each that no rule before brought, on average.</summary>
    public IReadOnlyList<(string Rule, double Pairs)> Rules => _pairs.Rules;

    /// <summary>Adds records of the system.</summary>
    public void Add(IReadOnlyCollection<LinkEntity> entities)
    {
        int from = _entities.Count;
        _entities.AddRange(entities);
        _open.AddRange(Enumerable.Range(from, entities.Count).Where(entity => _entities[entity].IsOpen));
        if (_rows.Add(_entities, from))
        {
            _pairs.Add(_rows.Table);
            return;
        }

        (_rows, _pairs) = Make();
    }

    private (EntityRows Rows, PairIndex Pairs) Make()
    {
        // What depends on all records is found first; then nothing is left that a second pass could change.
        EntityRows.Ground ground = EntityRows.Ground.None;
        while (true)
        {
            EntityRows rows = new(_people, _bornFrom, _lexicon, _kinds, ground);
            if (rows.Add(_entities, 0))
            {
                PairIndex pairs = new(rows.Table, _threads);
                return (rows, pairs);
            }

            ground = rows.Found;
        }
    }

    /// <summary>Returns why a model cannot be used on these records, or null: another normaliser, or a field that says something now and did not, or the other way round.</summary>
    public string? Misfit(LinkModel model) => model.Misfit(Table) ?? _rows.Misfit();

    /// <summary>Returns the rows of a record of the system.</summary>
    public (int From, int To) RowsOf(int entity) => _rows.OfEntity(entity);

    /// <summary>Returns the rows of a person.</summary>
    public (int From, int To) RowsOfPerson(int person) => _rows.OfPerson(person);

    /// <summary>Returns the pairs of rows with rows of the register (or, of rows of the register, with rows of the system) from a weight on.</summary>
    /// <param name="rows">All of the system or all of the register.</param>
    /// <param name="model">The model.</param>
    /// <param name="bonus">Bits that every pair gets because a record has one counterpart at most; see <see cref="LinkEngine.OneToOne"/>.</param>
    /// <param name="least">Bits.</param>
    public List<LinkPair> Between(IReadOnlyList<int> rows, LinkModel model, double bonus, double least)
    {
        List<LinkPair> pairs = _pairs.Join(rows, isWithin: false, new LinkWeights(model, Table), least - bonus);
        for (int i = 0; i < pairs.Count; i++)
        {
            pairs[i] = pairs[i] with { Evidence = pairs[i].Evidence.Add(bonus) };
        }

        return pairs;
    }

    /// <summary>Returns the pairs of rows of the system with other rows of the system from a weight on.</summary>
    public List<LinkPair> Within(IReadOnlyList<int> rows, LinkModel model, double least) => _pairs.Join(rows, isWithin: true, new LinkWeights(model, Table), least);
}

/// <summary>The rows of an <see cref="EntityIndex"/>: values normalised once each, codes, frequencies of the register.</summary>
internal sealed class EntityRows
{
    // A field of which more rows than this share one value tells nobody apart.
    private const double ConstantShare = 0.95;
    private const int FewestRows = 20;

    private static readonly (LinkKind Kind, string Name)[] All =
    [
        (LinkKind.Surname, "surname"), (LinkKind.Given, "given_name"), (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address"),
    ];

    private readonly KeyNormaliser _normaliser = new();
    private readonly NameLexicon _lexicon;
    private readonly NameBook _book = new();
    private readonly Dictionary<string, int> _forms = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int> _kanas = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<string> _placeValues = [""];
    private readonly Dictionary<int, int> _dateCodes = new() { [0] = 0 };
    private readonly List<int> _dates = [0];
    private readonly Ground _ground;
    private readonly int[] _used;
    private readonly NameField _surname;
    private readonly NameField _given;
    private readonly DateField _birth;
    private readonly AddressField _address;
    private readonly LinkField[] _fields;

    // How many rows have each value, by field: of the register and of all.
    private readonly int[][] _left = new int[5][];
    private readonly int[][] _all = new int[5][];
    private readonly List<(int From, int To)> _peopleRows = [];
    private readonly List<(int From, int To)> _entityRows = [];
    private readonly List<string> _cityPlaces = [];
    private string _registerCity = "";
    private float[] _unseen = [];

    /// <summary>What depends on all rows.</summary>
    /// <param name="Defaults">Days that are defaults of a form, taken for missing.</param>
    /// <param name="City">The city that is left out of addresses.</param>
    internal sealed record Ground(HashSet<int> Defaults, string City)
    {
        public static Ground None { get; } = new([], "");

        public bool IsSame(Ground other) => City == other.City && Defaults.SetEquals(other.Defaults);
    }

    /// <summary>Takes the register in.</summary>
    public EntityRows(LinkEntity[] people, DateOnly? bornFrom, NameLexicon lexicon, HashSet<LinkKind> kinds, Ground ground)
    {
        _lexicon = lexicon;
        _ground = ground;
        Found = ground;
        _surname = new NameField("surname", LinkKind.Surname, FieldRole.Surname, _book);
        _given = new NameField("given_name", LinkKind.Given, FieldRole.Given, _book);
        _birth = new DateField("birth_date", [0]);
        _address = new AddressField("address", [""]);
        _fields = [_surname, _given, _birth, new CodeField("sex", LinkKind.Sex, FieldRole.Sex, ["", "M", "F"]), _address];
        _used = [.. All.Select((_, i) => i).Where(i => kinds.Contains(All[i].Kind))];
        Table = new LinkTable([.. _used.Select(i => _fields[i])], new ulong[_used.Length][], [], [], [], 0, true, ["resident", "system"], _normaliser.Version, []);
        for (int i = 0; i < 5; i++)
        {
            (_left[i], _all[i]) = ([], []);
        }

        Take(people, 0, version => version.BirthDate is null || bornFrom is null || version.BirthDate >= bornFrom, isLeft: true);
    }

    public LinkTable Table { get; }

    public List<int> Owners { get; } = [];

    /// <summary>What the rows show of what depends on all of them; where it is another than they were made with, they must be made anew.</summary>
    public Ground Found { get; private set; }

    public (int From, int To) OfEntity(int entity) => _entityRows[entity];

    public (int From, int To) OfPerson(int person) => _peopleRows[person];

    /// <summary>Adds records from a place on; returns whether what depends on all rows stayed as it was.</summary>
    public bool Add(List<LinkEntity> entities, int from)
    {
        Take(CollectionsMarshal.AsSpan(entities)[from..].ToArray(), from, static _ => true, isLeft: false);
        return Found.IsSame(_ground);
    }

    /// <summary>Returns why the fields that are compared are not those that say something, or null.</summary>
    public string? Misfit()
    {
        for (int i = 0; i < 5; i++)
        {
            int filled = Filled(_all[i]);
            int left = Filled(_left[i]);
            bool isUseful = left > 0 && left < filled && !(_all[i].Skip(1).Max() >= filled * ConstantShare && Owners.Count > FewestRows);
            if (isUseful != _used.Contains(i))
            {
                return $"{All[i].Name} {(isUseful ? "says something now" : "says nothing")}";
            }
        }

        return null;
    }

    private static int Filled(int[] counts) => counts.Skip(1).Sum();

    private readonly record struct Cells(string Surname, string Given, string SurnameKana, string GivenKana, string Address, int Date, int Sex);

    private void Take(LinkEntity[] entities, int first, Func<IdentityRecord, bool> isIn, bool isLeft)
    {
        List<(int From, int To)> rows = isLeft ? _peopleRows : _entityRows;
        List<IdentityRecord> versions = [];
        int start = Table.Count;
        for (int place = 0; place < entities.Length; place++)
        {
            int from = start + versions.Count;
            if (entities[place].Versions.Any(version => version.HasIdentity && isIn(version)))
            {
                versions.AddRange(entities[place].Versions.Where(static version => version.HasIdentity));
            }

            rows.Add((from, start + versions.Count));
            Owners.AddRange(Enumerable.Repeat(first + place, start + versions.Count - from));
        }

        var cells = new Cells[versions.Count];
        Parallel.For(0, cells.Length, i => cells[i] = Read(versions[i]));
        Read(cells.SelectMany(static cell => new[] { cell.Surname, cell.Given }), _forms, raw => LinkTableBuilder.Clean(Joined(_normaliser.Name(raw))), _book.FormCode);
        Read(cells.SelectMany(static cell => new[] { cell.SurnameKana, cell.GivenKana }), _kanas, raw => LinkTableBuilder.Clean(Joined(_normaliser.Kana(raw))), _book.KanaCode);
        ReadPlaces(cells, isLeft);
        int[][] codes = [.. All.Select(_ => new int[cells.Length])];
        for (int i = 0; i < cells.Length; i++)
        {
            ref readonly Cells cell = ref cells[i];
            (int surname, int given) = (_forms[cell.Surname], _forms[cell.Given]);
            (int surnameKana, int givenKana) = (_kanas[cell.SurnameKana], _kanas[cell.GivenKana]);
            codes[0][i] = _book.Code(surname, surnameKana == 0 ? _book.OwnReading(surname) : surnameKana);
            codes[1][i] = _book.Code(given, givenKana == 0 ? _book.OwnReading(given) : givenKana);
            if (!_dateCodes.TryGetValue(cell.Date, out codes[2][i]))
            {
                _dateCodes[cell.Date] = codes[2][i] = _dates.Count;
                _dates.Add(cell.Date);
            }

            codes[3][i] = cell.Sex;
            codes[4][i] = _addresses[cell.Address];
        }

        Count(codes, isLeft);
        bool[] isDefault = LinkTableBuilder.Defaults(_all[2]) ?? [];
        Found = Found with { Defaults = [.. isDefault.Select((flag, code) => flag ? _dates[code] : 0).Where(static date => date != 0)] };
        HashSet<int> defaults = [.. _ground.Defaults.Select(date => _dateCodes.GetValueOrDefault(date))];
        for (int i = 0; i < codes[2].Length && defaults.Count > 0; i++)
        {
            codes[2][i] = defaults.Contains(codes[2][i]) ? 0 : codes[2][i];
        }

        Prepare(codes, isLeft);
        int at = Table.Grow(cells.Length, isLeft);
        int width = _used.Length;
        for (int f = 0; f < width; f++)
        {
            int[] column = codes[_used[f]];
            for (int i = 0; i < column.Length; i++)
            {
                Table.Codes[((at + i) * width) + f] = column[i];
            }
        }
    }

    private static string Joined((string Surname, string Given) name) => name.Surname + name.Given;

    private Cells Read(IdentityRecord version)
    {
        (string surname, string given, string surnameKana, string givenKana) = _lexicon.Part(version);
        int date = version.BirthDate is { } day ? LinkDate.Read(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)) : 0;
        return new Cells(surname, given, surnameKana, givenKana, version.Address ?? version.AddressNorm, date, version.SexCode is 1 or 2 ? version.SexCode : 0);
    }

    // Each distinct cell is normalised once; codes are given in the order of the rows, so they are the same for any count of threads.
    private static List<string> Read(IEnumerable<string> cells, Dictionary<string, int> known, Func<string, string> normalise, Func<string, int> code)
    {
        List<string> fresh = [];
        foreach (string cell in cells)
        {
            if (known.TryAdd(cell, 0))
            {
                fresh.Add(cell);
            }
        }

        var values = new string[fresh.Count];
        Parallel.For(0, values.Length, i => values[i] = string.IsNullOrWhiteSpace(fresh[i]) ? "" : normalise(fresh[i]));
        for (int i = 0; i < values.Length; i++)
        {
            known[fresh[i]] = code(values[i]);
        }

        return fresh;
    }

    // The register is of one city; where it writes none, the others say which one they mean.
    private void ReadPlaces(Cells[] cells, bool isLeft)
    {
        List<string> values = [];
        List<string> fresh = Read(cells.Select(static cell => cell.Address), _addresses, raw => LinkTableBuilder.Value(_normaliser, LinkKind.Address, raw), value =>
        {
            values.Add(value);
            return values.Count - 1;
        });
        if (isLeft)
        {
            _registerCity = LinkTableBuilder.UsualCity(values);
        }
        else if (_registerCity.Length == 0)
        {
            _cityPlaces.AddRange(values.Where(static value => value.Contains('/', StringComparison.Ordinal)));
            Found = Found with { City = LinkTableBuilder.UsualCity(_cityPlaces) };
        }

        string city = _registerCity.Length > 0 ? _registerCity : _ground.City;
        int[] map = [.. values.Select(value => Code(LinkTableBuilder.WithoutCity(value, city)))];
        foreach (string raw in fresh)
        {
            _addresses[raw] = map[_addresses[raw]];
        }

        int Code(string value)
        {
            if (!_places.TryGetValue(value, out int code))
            {
                _places[value] = code = _placeValues.Count;
                _placeValues.Add(value);
            }

            return code;
        }
    }

    private void Count(int[][] codes, bool isLeft)
    {
        int[] sizes = [_book.Count, _book.Count, _dates.Count, 3, _placeValues.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            Array.Resize(ref _all[i], sizes[i]);
            foreach (int code in codes[i])
            {
                _all[i][code]++;
            }

            _left[i] = isLeft ? [.. _all[i]] : _left[i];
        }
    }

    // Fields take the new values; frequencies are those of the register.
    private void Prepare(int[][] codes, bool isLeft)
    {
        _book.Close(_normaliser, isLeft ? [.. codes[0], .. codes[1]] : []);
        _birth.Grow(_dates);
        _address.Grow(_placeValues);
        if (isLeft)
        {
            _unseen = new float[6];
            (_surname.FormLog, _unseen[0]) = LinkTableBuilder.Terms(codes[0], _book.Form, _book.Count, _book.FormCount);
            (_surname.KanaLog, _unseen[1]) = LinkTableBuilder.Terms(codes[0], name => _book.Fold(_book.Kana(name)), _book.Count, _book.KanaCount);
            (_given.FormLog, _unseen[2]) = LinkTableBuilder.Terms(codes[1], _book.Form, _book.Count, _book.FormCount);
            (_given.KanaLog, _unseen[3]) = LinkTableBuilder.Terms(codes[1], name => _book.Fold(_book.Kana(name)), _book.Count, _book.KanaCount);
            (_birth.TermLog, _unseen[4]) = LinkTableBuilder.Terms(codes[2], static code => code, _dates.Count, _dates.Count);
            (_address.TermLog, _unseen[5]) = LinkTableBuilder.Terms(codes[4], static code => code, _placeValues.Count, _placeValues.Count);
            _birth.Floor(LinkTableBuilder.Average(_birth.TermLog, _unseen[4]));
        }
        else
        {
            _surname.FormLog = Grown(_surname.FormLog, _book.FormCount, _unseen[0]);
            _surname.KanaLog = Grown(_surname.KanaLog, _book.KanaCount, _unseen[1]);
            _given.FormLog = Grown(_given.FormLog, _book.FormCount, _unseen[2]);
            _given.KanaLog = Grown(_given.KanaLog, _book.KanaCount, _unseen[3]);
            _birth.TermLog = Grown(_birth.TermLog, _dates.Count, _unseen[4]);
            _address.TermLog = Grown(_address.TermLog, _placeValues.Count, _unseen[5]);
        }

        int[] sizes = [_book.Count, _book.Count, _dates.Count, 3, _placeValues.Count];
        for (int f = 0; f < _used.Length; f++)
        {
            int field = _used[f];
            ulong[] hashes = Table.Hashes[f] ?? [];
            int from = Math.Max(1, hashes.Length);
            Array.Resize(ref hashes, sizes[field]);
            Parallel.For(from, Math.Max(from, hashes.Length), code => hashes[code] = field switch
            {
                0 or 1 => LinkTable.Mix(LinkTable.Hash(_book.FormText(_book.Form(code))) + (3 * LinkTable.Hash(_book.KanaText(_book.Kana(code))))),
                2 => LinkTable.Hash(_dates[code].ToString(System.Globalization.CultureInfo.InvariantCulture)),
                3 => LinkTable.Hash(code == 1 ? "M" : "F"),
                _ => LinkTable.Hash(_placeValues[code]),
            });
            Table.Hashes[f] = hashes;
        }
    }

    private static float[] Grown(float[] logs, int count, float unseen)
    {
        int from = logs.Length;
        Array.Resize(ref logs, count);
        logs.AsSpan(from).Fill(unseen);
        return logs;
    }
}
