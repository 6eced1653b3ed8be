using System.Globalization;
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

    private static readonly Dictionary<string, string[]> Payload = new(StringComparer.Ordinal)
    {
        ["resident"] =
        [
            "record_key", "household_key", "birth_year_month", "school_cohort_year", "sex_code", "relation_code", "town_code", "district_code",
            "move_code", "move_date", "notified_date", "is_foreign",
        ],
        ["household"] = ["record_key", "household_key", "relation_code", "is_head", "join_date", "leave_date"],
        ["allowance"] =
        [
            "record_key", "recipient_record_key", "certificate_key", "reason_code", "payment_class", "start_date", "end_date", "end_reason_code",
        ],
        ["nursery"] = ["record_key", "facility_code", "certification_class", "care_amount_code", "start_date", "end_date", "leave_reason_code"],
        ["checkup"] =
        [
            "record_key", "checkup_type", "due_date", "visit_date", "height_cm", "weight_kg", "judgement_code", "caries_count", "reminder_count",
        ],
        ["school"] = ["record_key", "facility_code", "school_year", "grade_code", "class_kind", "start_date", "end_date"],
        ["attendance"] = ["record_key", "facility_code", "attendance_date", "attendance_code", "reason_code"],
        ["attendance_days"] = ["record_key", "facility_code", "month_key", "enrolled_days"],
        ["consultation"] =
        [
            "record_key", "received_date", "consultation_type", "route_code", "urgency_code", "safety_check_date", "decision_code",
            "decision_date", "closed_date", "intake_class",
        ],
    };

    private readonly FeedContract _contract;
    private readonly KeyMint _mint;
    private readonly string[] _columns;
    private readonly int[] _source;
    private readonly bool[] _isShort;
    private readonly int[] _keyPositions;
    private readonly Dictionary<string, object> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _keys = new(StringComparer.Ordinal);
    private readonly int _birth;
    private readonly int _sex;
    private readonly int _foreign;
    private readonly bool _isCarried;

    public FeedStage(FeedContract contract, KeyMint mint)
    {
        _contract = contract;
        _mint = mint;
        _columns = Payload[contract.Feed];
        _birth = contract.OrdinalOf("birth_date");
        _sex = contract.OrdinalOf("sex_code");
        _foreign = contract.OrdinalOf("is_foreign");
        _isCarried = contract.CarriesResidentNumber;
        _source = _columns.Select(name => contract.OrdinalOf(name == "month_key" ? "month" : name)).ToArray();
        _isShort = _columns.Select(name => name is "sex_code" or "is_foreign" or "is_head" or "caries_count" or "reminder_count" or "grade_code" or "enrolled_days").ToArray();
        _keyPositions = contract.Key.Select(ordinal => Position(contract.Columns[ordinal].Name)).Where(at => at >= 0).Distinct().ToArray();
        HasPayloadHash = contract.Supersede == SupersedeKind.Key;
        Columns = ["load_id", "line_number", .. _columns, "is_superseded", .. HasPayloadHash ? ["payload_hash"] : Array.Empty<string>()];
        SupersededAt = 2 + _columns.Length;
    }

    /// <summary>The columns of the staging table, in the order of the rows.</summary>
    public IReadOnlyList<string> Columns { get; }

    public bool HasPayloadHash { get; }

    public int SupersededAt { get; }

    public bool HasTraits => _birth >= 0;

    /// <summary>Returns the staging row; the place of <c>load_id</c> is filled when it is known.</summary>
    public object?[] Row(FeedRow row)
    {
        object?[] values = new object?[Columns.Count];
        values[1] = Int(row.Line);
        for (int i = 0; i < _columns.Length; i++)
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

        return values;
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

    /// <summary>Returns the identity part that holds a number only.</summary>
    public IdentityRecord Bare(string sourceId, int line, string fileSha256, DateTime knownFromUtc) => new()
    {
        RecordKey = _mint.Record(_contract.System, sourceId),
        Feed = _contract.Feed,
        System = _contract.System,
        SourceId = sourceId,
        FileSha256 = fileSha256,
        Line = line,
        KnownFromUtc = knownFromUtc,
        ResidentNumber = _isCarried ? sourceId : null,
    };

    internal static int BirthYearMonth(DateOnly? birth) => birth is { } day ? (day.Year * 100) + day.Month : 0;

    /// <summary>Returns the school year in which a child enters grade 1: born from 2 April to 1 April (School Education Act, art. 17).</summary>
    internal static int Cohort(DateOnly? birth) => birth is { } day ? day.Year + (day.Month > 4 || (day.Month == 4 && day.Day >= 2) ? 7 : 6) : 0;

    private int Position(string column) => column switch
    {
        // Numbers are in the payload as keys only.
        "resident_number" or "child_resident_number" or "pupil_number" or "nursery_child_number" or "health_number" or "case_number" or "child_branch" => 0,
        "household_number" => Array.IndexOf(_columns, "household_key"),
        "certificate_number" => Array.IndexOf(_columns, "certificate_key"),
        "month" => Array.IndexOf(_columns, "month_key"),
        _ => Array.IndexOf(_columns, column),
    };

    private object? Value(int position, FeedRow row)
    {
        switch (_columns[position])
        {
            case "record_key":
                return Record(row);
            case "household_key":
                return Minted("household", Text(row, "household_number")!);
            case "certificate_key":
                return Minted("certificate", Text(row, "certificate_number")!);
            case "recipient_record_key":
                return Minted("record", Text(row, "recipient_resident_number")!);
            case "birth_year_month":
                return Int(BirthYearMonth(row.Day(_birth)));
            case "school_cohort_year":
                return Int(Cohort(row.Day(_birth)));
            case "height_cm" or "weight_kg":
                int at = _source[position];
                return row.HasValue[at] ? new decimal(row.Number[at]) / Scale(_contract.Columns[at].Scale) : null;
        }

        int ordinal = _source[position];
        FeedColumn column = _contract.Columns[ordinal];
        switch (column.Parser)
        {
            case ParserKind.Code:
                string code = row.Text[ordinal] ?? "none";
                return _isShort[position] ? Short(code == "none" ? 0 : int.Parse(code, CultureInfo.InvariantCulture)) : code;
            case ParserKind.Date or ParserKind.EraDate:
                return row.HasValue[ordinal] ? Day((int)row.Number[ordinal]) : null;
            case ParserKind.Integer or ParserKind.YearMonth:
                return row.HasValue[ordinal] ? _isShort[position] ? Short((int)row.Number[ordinal]) : Int((int)row.Number[ordinal]) : null;
            default:
                return row.Text[ordinal] ?? string.Empty;
        }
    }

    private object Minted(string kind, string number)
    {
        string id = kind + "|" + number;
        if (!_keys.TryGetValue(id, out object? key))
        {
            _keys[id] = key = kind switch
            {
                "household" => _mint.Household(number),
                "certificate" => _mint.Certificate(number),
                _ => _mint.Record(_contract.System, number),
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
