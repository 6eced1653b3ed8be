using System.Globalization;
using System.Runtime.CompilerServices;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Stage;

/// <summary>Splits the rows of one feed into the identity part and the payload part.</summary>
/// <remarks>Not thread-safe: one per file. The payload names nobody: numbers become keys before they leave this class.</remarks>
internal sealed class FeedStage
{
    private static readonly object[] SmallInts = Enumerable.Range(0, 70_000).Select(value => (object)value).ToArray();
    private static readonly object[] SmallShorts = Enumerable.Range(0, 400).Select(value => (object)(short)value).ToArray();
    private static readonly int FirstBoxedDay = new DateOnly(2000, 1, 1).DayNumber;
    private static readonly object[] Days = Enumerable.Range(FirstBoxedDay, 14_700).Select(day => (object)DateOnly.FromDayNumber(day)).ToArray();

    private readonly FeedContract _contract;
    private readonly KeyMint _mint;
    private readonly IReadOnlyList<StagedColumn> _columns;
    private readonly int[] _source;
    private readonly int[] _keyPositions;
    private readonly Dictionary<string, object> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _keys = new(StringComparer.Ordinal);
    private readonly int _birth;
    private readonly int _sex;
    private readonly int _foreign;
    private readonly bool _isCarried;
    private readonly int _fold;

    public FeedStage(FeedContract contract, KeyMint mint)
    {
        _contract = contract;
        _mint = mint;
        _columns = contract.Stage;
        _birth = contract.OrdinalOf("birth_date");
        _sex = contract.OrdinalOf("sex_code");
        _foreign = contract.OrdinalOf("is_foreign");
        _isCarried = contract.CarriesResidentNumber;
        _source = _columns.Select(column => contract.OrdinalOf(column.Source)).ToArray();
        _keyPositions = contract.Key.Select(ordinal => Position(contract.Columns[ordinal].Name)).Where(at => at >= 0).Distinct().ToArray();
        HasPayloadHash = contract.Supersede == SupersedeKind.Key;
        _fold = contract.Fold.Length == 0 ? -1 : Position(contract.Fold) + 2;
        Columns =
        [
            "load_id", "line_number", .. _columns.Select(column => column.Name), "is_superseded",
            .. HasPayloadHash ? ["payload_hash"] : Array.Empty<string>(), .. _fold >= 0 ? ["row_count"] : Array.Empty<string>(),
        ];
        SupersededAt = 2 + _columns.Count;
        int[] beside = _keyPositions.Where(at => at > 0).ToArray();
        DayKeyAt = beside.Length == 1 && _keyPositions.Length == 2 && _source[beside[0]] >= 0 && contract.Columns[_source[beside[0]]].Parser is (ParserKind.Date or ParserKind.EraDate or ParserKind.YearMonth) ? beside[0] + 2 : -1;
    }

    /// <summary>The columns of the staging table, in the order of the rows.</summary>
    public IReadOnlyList<string> Columns { get; }

    public bool HasPayloadHash { get; }

    public int SupersededAt { get; }

    /// <summary>Where the day or month is, where a key is a record and a day or month and nothing else; otherwise -1.</summary>
    public int DayKeyAt { get; }

    /// <summary>Whether the file is held whole until it is staged: its rows are put together, or a later one may withdraw an earlier one.</summary>
    public bool HoldsWhole => _fold >= 0 || _contract.WithdrawalColumn >= 0;

    /// <summary>How many records the rows have named so far.</summary>
    public int RecordCount => _records.Count;

    /// <summary>Puts the staging row into <paramref name="values"/>, over whatever it held; the place of <c>load_id</c> is left alone.</summary>
    public void Put(FeedRow row, object?[] values)
    {
        if (values[1] is null)
        {
            values[1] = row.Line;
        }
        else
        {
            // The box belongs to this row alone: written over, a file of any length needs no more of them than a block has rows.
            Unsafe.Unbox<int>(values[1]!) = row.Line;
        }

        for (int i = 0; i < _columns.Count; i++)
        {
            values[i + 2] = Value(i, row);
        }

        values[SupersededAt] = SmallShorts[0];
        if (HasPayloadHash)
        {
            long hash = 0;
            for (int i = 2; i < SupersededAt; i++)
            {
                hash = Mix(hash, values[i]);
            }

            values[^1] = hash;
        }
    }

    /// <summary>Returns the business key of a staging row in 128 bits.</summary>
    public (long First, long Second) Key(object?[] values)
    {
        long first = (long)values[2]!;
        long second = 17;
        foreach (int at in _keyPositions)
        {
            second = Mix(second, values[at + 2]);
        }

        return (first, second);
    }

    public static object Superseded => SmallShorts[1];

    /// <summary>Returns the rows to stage: where the contract folds days, one for all days of a month that are alike in everything else.</summary>
    public List<object?[]> Fold(List<object?[]> rows)
    {
        if (_fold < 0)
        {
            return rows;
        }

        Dictionary<(long, long), int> places = [];
        List<object?[]> folded = [];
        List<int> counts = [];
        foreach (object?[] row in rows)
        {
            var day = (DateOnly)row[_fold]!;
            row[_fold] = Month(day);
            long mixed = 29;
            for (int i = 3; i <= SupersededAt; i++)
            {
                mixed = Mix(mixed, row[i]);
            }

            if (places.TryAdd(((long)row[2]!, mixed), folded.Count))
            {
                folded.Add(row);
                counts.Add(1);
            }
            else
            {
                counts[places[((long)row[2]!, mixed)]]++;
            }
        }

        for (int i = 0; i < folded.Count; i++)
        {
            folded[i][^1] = Int(counts[i]);
        }

        return folded;
    }

    /// <summary>Returns the key of the row's record, boxed once per file.</summary>
    public object Record(FeedRow row)
    {
        string id = SourceId(row);
        if (!_records.TryGetValue(id, out object? key))
        {
            _records[id] = key = _mint.Record(_contract.System, id);
        }

        return key;
    }

    /// <summary>Returns the key of another record of the same system.</summary>
    public object RecordOf(string sourceId) => Minted("record", sourceId, string.Empty);

    public string SourceId(FeedRow row)
    {
        IReadOnlyList<int> parts = _contract.SourceId;
        return parts.Count == 1 ? row.Text[parts[0]]! : string.Join('|', parts.Select(part => row.Text[part]));
    }

    /// <summary>Returns the birth month, school cohort, sex and nationality of the record, which the warehouse may know.</summary>
    public object?[] Trait(FeedRow row)
    {
        DateOnly? birth = row.Day(_birth);
        return
        [
            null, Int(row.Line), _contract.Feed, Record(row), Int(BirthYearMonth(birth)), Int(Cohort(birth)), Short(Code(row, _sex)), Short(Code(row, _foreign)),
        ];
    }

    /// <summary>Returns the identity part of a row.</summary>
    public IdentityRecord Identity(FeedRow row, string fileSha256, DateTime knownFromUtc, ReadOnlySpan<byte> nameBytes)
    {
        string? kanji = Text(row, "name_kanji");
        string? kana = Text(row, "name_kana");
        (string surname, string given) = Normalise.Kanji(kanji);
        (string surnameKana, string givenKana) = Normalise.Kana(kana);
        string? address = Text(row, "address");
        string? extra = Text(row, "address_extra");
        int restricted = _contract.OrdinalOf("is_restricted");
        return new IdentityRecord
        {
            RecordKey = (long)Record(row),
            Feed = _contract.Feed,
            System = _contract.System,
            SourceId = SourceId(row),
            FileSha256 = fileSha256,
            Line = row.Line,
            KnownFromUtc = knownFromUtc,
            ResidentNumber = _isCarried ? SourceId(row) : Text(row, "resident_number"),
            NameKanji = kanji,
            NameKana = kana,
            NameRawHex = nameBytes.Length is > 0 and <= 800 ? Convert.ToHexString(nameBytes) : null,
            Surname = surname,
            Given = given,
            SurnameKana = surnameKana,
            GivenKana = givenKana,
            BirthDate = row.Day(_birth),
            SexCode = Code(row, _sex),
            Address = extra is null ? address : address + "\u3000" + extra,
            AddressNorm = Normalise.Address(address),
            GuardianName = Text(row, "guardian_name"),
            HouseholdNumber = Text(row, "household_number"),
            IsForeign = Code(row, _foreign) == 1,
            EventDate = row.Day(_contract.OrdinalOf("move_date")),
            StatesRestriction = restricted >= 0,
            RestrictedFrom = restricted >= 0 && row.Text[restricted] == "1" ? row.Day(_contract.OrdinalOf("move_date")) : null,
        };
    }

    /// <summary>Returns the identity part that holds a resident number only.</summary>
    public IdentityRecord Numbered(string sourceId, int line, string fileSha256, DateTime knownFromUtc) => new()
    {
        RecordKey = _mint.Record(_contract.System, sourceId),
        Feed = _contract.Feed,
        System = _contract.System,
        SourceId = sourceId,
        FileSha256 = fileSha256,
        Line = line,
        KnownFromUtc = knownFromUtc,
        ResidentNumber = sourceId,
    };

    internal static int BirthYearMonth(DateOnly? birth) => birth is { } day ? (day.Year * 100) + day.Month : 0;

    /// <summary>Returns the school year in which a child enters grade 1: born from 2 April to 1 April (School Education Act, art. 17).</summary>
    internal static int Cohort(DateOnly? birth) => birth is { } day ? day.Year + (day.Month > 4 || (day.Month == 4 && day.Day >= 2) ? 7 : 6) : 0;

    // Numbers are in the payload as keys only; the parts of the source number are in the key of the record.
    private int Position(string column)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Source == column)
            {
                return i;
            }
        }

        return _contract.SourceId.Contains(_contract.OrdinalOf(column)) ? 0 : -1;
    }

    private object? Value(int position, FeedRow row)
    {
        StagedColumn staged = _columns[position];
        int ordinal = _source[position];
        if (staged.Mint.Length > 0)
        {
            return row.Text[ordinal] is { } number ? Minted(staged.Mint, number, staged.System) : null;
        }

        if (ordinal < 0)
        {
            return staged.Name switch
            {
                "birth_year_month" => Int(BirthYearMonth(row.Day(_birth))),
                "school_cohort_year" => Int(Cohort(row.Day(_birth))),
                _ => Record(row),
            };
        }

        FeedColumn column = _contract.Columns[ordinal];
        switch (column.Parser)
        {
            case ParserKind.Code:
                string code = row.Text[ordinal] ?? "none";
                return staged.IsSmall ? Short(code == "none" ? 0 : int.Parse(code, CultureInfo.InvariantCulture)) : code;
            case ParserKind.Date or ParserKind.EraDate:
                return !row.HasValue[ordinal] ? null
                    : staged.IsMonth && position + 2 != _fold ? Month(DateOnly.FromDayNumber((int)row.Number[ordinal]))
                    : Day((int)row.Number[ordinal]);
            case ParserKind.Integer or ParserKind.YearMonth:
                return row.HasValue[ordinal] ? staged.IsSmall ? Short((int)row.Number[ordinal]) : Int((int)row.Number[ordinal]) : null;
            case ParserKind.Decimal:
                return row.HasValue[ordinal] ? new decimal(row.Number[ordinal]) / Scale(column.Scale) : null;
            default:
                return row.Text[ordinal] ?? string.Empty;
        }
    }

    private object Minted(string kind, string number, string system)
    {
        string id = kind + system + "|" + number;
        if (!_keys.TryGetValue(id, out object? key))
        {
            _keys[id] = key = kind switch
            {
                "household" => _mint.Household(number),
                "certificate" => _mint.Certificate(number),
                _ => _mint.Record(system.Length == 0 ? _contract.System : system, number),
            };
        }

        return key;
    }

    private string? Text(FeedRow row, string column)
    {
        int at = _contract.OrdinalOf(column);
        return at < 0 ? null : row.Text[at];
    }

    private static int Code(FeedRow row, int ordinal) => ordinal < 0 || row.Text[ordinal] is not { } text ? 0 : text[0] - '0';

    private static decimal Scale(int scale) => scale switch { 0 => 1m, 1 => 10m, 2 => 100m, _ => 1000m };

    private static object Month(DateOnly day) => Int((day.Year * 100) + day.Month);

    private static object Int(int value) => (uint)value < (uint)SmallInts.Length ? SmallInts[value] : value;

    private static object Short(int value) => (uint)value < (uint)SmallShorts.Length ? SmallShorts[value] : (short)value;

    private static object Day(int day) => (uint)(day - FirstBoxedDay) < (uint)Days.Length ? Days[day - FirstBoxedDay] : DateOnly.FromDayNumber(day);

    private static long Mix(long hash, object? value)
    {
        ulong next = value switch
        {
            null => 0x9E3779B97F4A7C15UL,
            long number => (ulong)number,
            int number => (ulong)number + 3,
            short number => (ulong)number + 5,
            DateOnly day => (ulong)day.DayNumber + 7,
            decimal number => (ulong)(long)(number * 1000m) + 11,
            string text => Fnv(text),
            _ => throw new InvalidOperationException("A value of a kind that is not staged: " + value.GetType().Name),
        };
        ulong mixed = ((ulong)hash ^ next) + 0x9E3779B97F4A7C15UL;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return (long)(mixed ^ (mixed >> 31));
    }

    private static ulong Fnv(string text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 1099511628211UL;
        }

        return hash;
    }
}
