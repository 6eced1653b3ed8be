using System.Globalization;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.City;

/// <summary>Plants the faults of real deliveries in rows: each has the code that it must be found by, or the value that it must be read as.</summary>
/// <remarks>Shape: a fault concerns one cell or one row. Has a random stream of its own, so that it changes nothing else about the city.</remarks>
internal sealed class HardFaults
{
    /// <summary>Stands for bytes that are not valid in the file's encoding.</summary>
    public const string BadBytes = "\u0001\u0001\u0001";

    /// <summary>Stands for a quote that is written as it is.</summary>
    public const char BareQuote = '\u0002';

    /// <summary>Stands for 髙 as NEC and IBM both have it: in CP932 it is written with NEC's bytes, which no encoder gives.</summary>
    public const char NecBytes = '\u0003';

    /// <summary>The first private-use character with a meaning in the map of <see cref="Characters"/>.</summary>
    public const char FirstKnown = '\uE100';

    /// <summary>What the private-use characters from <see cref="FirstKnown"/> on mean; those behind them mean nothing known.</summary>
    public const string Characters = "髙﨑辻葛祇榊";

    // What bytes can say and cells of a workbook cannot.
    private static readonly string[] OnlyInText = ["undecodable_bytes", "stray_quote", "open_quote", "missing_cell", "extra_cell"];

    private delegate PlantedFault? Kind(ref CityRandom random, string[] fields);

    private readonly FeedContract _contract;
    private readonly double _rate;
    private readonly bool _isCp932;
    private readonly Kind[] _kinds;

    public HardFaults(CityOptions options, FeedContract contract)
    {
        _contract = contract;
        // Feeds of one row a day have faults enough at a third of the rate.
        _rate = !options.PlantsHardFaults ? 0 : (options.NoiseLevel == NoiseLevel.Low ? 0.015 : 0.06) / (contract.Supersede == SupersedeKind.FilePeriod ? 3 : 1);
        _isCp932 = contract.Encoding == "cp932";
        _kinds =
        [
            Undecodable, Forbidden, Formula, StrayQuote, OpenQuote, MissingCell, ExtraCell, TooLong, OutOfRange, NotANumber, Unreadable, SentinelRequired, EraNotAllowed,
            Serial, Serial, LostZeros, LostZeros, EraNotBegun, EraEndedMonth, UnknownCharacter, KnownCharacter, FullWidth, Midnight, OtherShape, OtherShape, Twin, Extension, RareCharacter,
            SentinelForBlank, BlankNumber, ZeroNumber, OuterBlanks,
        ];
    }

    /// <summary>Returns the row with a fault, or null for a row that is left as it is.</summary>
    public PlantedFault? Plant(ref CityRandom random, string[] fields, bool mayQuarantine, bool isWorkbook)
    {
        if (_rate == 0 || !random.Chance(_rate))
        {
            return null;
        }

        // Few kinds befall a row of few columns; a row that one kind passes by is met by another.
        for (int tries = 0; tries < 4; tries++)
        {
            if (_kinds[random.Below(_kinds.Length)](ref random, fields) is { } fault
                && (fault.Expected != "quarantined" || mayQuarantine) && !(isWorkbook && OnlyInText.Contains(fault.Kind, StringComparer.Ordinal)))
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Returns the rule code of a row that was planted at the end of a file: a total, or cells that hold nothing.</summary>
    public string RowCode(bool isTotal) => RuleCatalog.Code(_contract, isTotal ? RuleCatalog.Total : RuleCatalog.Blank);

    private PlantedFault? Undecodable(ref CityRandom random, string[] fields) => Cell(ref random, fields, IsText, value => value + BadBytes, "undecodable_bytes", 8);

    private PlantedFault? Forbidden(ref CityRandom random, string[] fields)
    {
        int which = random.Below(_isCp932 ? 2 : 3);
        string sign = which switch { 0 => "\0", 1 => "\u0007", _ => "\uFFFD" };
        return Cell(ref random, fields, IsText, value => value + sign, which switch { 0 => "nul_byte", 1 => "control_character", _ => "lost_character" }, 9);
    }

    private PlantedFault? Formula(ref CityRandom random, string[] fields)
    {
        string text = random.Chance(0.5) ? "=B2&C2" : "#N/A";
        return Cell(ref random, fields, column => column.Parser != ParserKind.Dropped, _ => text, "formula", 0);
    }

    private PlantedFault? StrayQuote(ref CityRandom random, string[] fields) =>
        Row(ref random, fields, IsText, value => value + BareQuote + "x", "stray_quote", RuleCatalog.Quote);

    private PlantedFault? OpenQuote(ref CityRandom random, string[] fields) =>
        Row(ref random, fields, IsText, value => BareQuote + value, "open_quote", RuleCatalog.Quote);

    private PlantedFault? MissingCell(ref CityRandom random, string[] fields) =>
        new(fields[..^1], "", "missing_cell", "quarantined", RuleCatalog.Code(_contract, RuleCatalog.CellCount), "");

    private PlantedFault? ExtraCell(ref CityRandom random, string[] fields) =>
        new([.. fields, "x"], "", "extra_cell", "quarantined", RuleCatalog.Code(_contract, RuleCatalog.CellCount), "");

    private PlantedFault? TooLong(ref CityRandom random, string[] fields) => Cell(
        ref random, fields, column => IsText(column) && column.MaxLength > 0, value => string.Concat(Enumerable.Repeat("長い", 101)) + value, "too_long", 3);

    private PlantedFault? OutOfRange(ref CityRandom random, string[] fields) => Replace(
        ref random, fields, (column, value) => column.Max is long max && IsNumber(column) ? (max + 1).ToString(CultureInfo.InvariantCulture) : null, "out_of_range", 5);

    private PlantedFault? NotANumber(ref CityRandom random, string[] fields) => Replace(
        ref random, fields, (column, value) => IsNumber(column) ? "約" + value : null, "not_a_number", 2);

    private PlantedFault? Unreadable(ref CityRandom random, string[] fields) => Replace(
        ref random, fields, (column, value) => IsDate(column) || column.Parser == ParserKind.YearMonth ? "5年春" : null, "unreadable_date", 2);

    // The month of an era that had ended before it; a month outside the eras of the contract is told elsewhere.
    private PlantedFault? EraEndedMonth(ref CityRandom random, string[] fields)
    {
        if (random.Chance(0.5))
        {
            return Replace(ref random, fields, (column, value) => column.Parser == ParserKind.YearMonth ? "R5.13" : null, "impossible_month", 6);
        }

        return Repaired(
            ref random,
            fields,
            (column, value) => column.Parser == ParserKind.YearMonth && EraDate.ReadMonth(value, out int key) == DateOutcome.Good && key >= 201905
                ? string.Create(CultureInfo.InvariantCulture, $"H{(key / 100) - 1988}.{key % 100}")
                : null,
            "ended_era_month",
            EraDate.RepairEraEnded);
    }

    private PlantedFault? SentinelRequired(ref CityRandom random, string[] fields) => Replace(
        ref random, fields, (column, value) => IsDate(column) && column.IsRequired ? "99999999" : null, "sentinel_in_required", 1);

    private PlantedFault? EraNotAllowed(ref CityRandom random, string[] fields) => Replace(
        ref random, fields, (column, value) => IsDate(column) && !column.AllowsRepair(EraDate.RepairEraEnded) ? "H32.1.6" : null, "era_not_allowed", 6);

    private PlantedFault? Serial(ref CityRandom random, string[] fields) => Repaired(
        ref random,
        fields,
        (column, value) => IsDate(column) && EraDate.Read(value, out DateOnly day, out _) == DateOutcome.Good && day.Year is > 1927 and < 2078
            ? (day.DayNumber - new DateOnly(1899, 12, 30).DayNumber).ToString(CultureInfo.InvariantCulture)
            : null,
        "excel_serial",
        EraDate.RepairSerial);

    private PlantedFault? LostZeros(ref CityRandom random, string[] fields) => Repaired(
        ref random,
        fields,
        (column, value) => value[0] == '0' && value.Trim('0').Length > 0 && (column.Parser == ParserKind.ResidentNumber || column.Digits > 0) ? value.TrimStart('0') : null,
        "lost_leading_zeros",
        "REP-004");

    private PlantedFault? EraNotBegun(ref CityRandom random, string[] fields) => Repaired(
        ref random,
        fields,
        (column, value) => IsDate(column) && column.AllowsRepair(EraDate.RepairEraNotBegun) && EraDate.Read(value, out DateOnly day, out _) == DateOutcome.Good && day.Year == 2019 && day.Month < 5
            ? string.Create(CultureInfo.InvariantCulture, $"R1.{day.Month}.{day.Day}")
            : null,
        "era_not_begun",
        EraDate.RepairEraNotBegun);

    private PlantedFault? UnknownCharacter(ref CityRandom random, string[] fields)
    {
        char sign = (char)(FirstKnown + Characters.Length + random.Below(50));
        PlantedFault? fault = Repaired(ref random, fields, (column, value) => IsName(column) ? value + sign : null, "unknown_character", RuleCatalog.RepairUnknownCharacter);
        return fault is null ? null : fault with { Clean = fault.Clean + sign };
    }

    private PlantedFault? KnownCharacter(ref CityRandom random, string[] fields)
    {
        int which = random.Below(Characters.Length);
        char sign = (char)(FirstKnown + which);
        PlantedFault? fault = Repaired(ref random, fields, (column, value) => IsName(column) ? value + sign : null, "known_character", RuleCatalog.RepairPrivateUse);
        return fault is null ? null : fault with { Clean = fault.Clean + Characters[which] };
    }

    private PlantedFault? FullWidth(ref CityRandom random, string[] fields) => Accepted(
        ref random,
        fields,
        (column, value) => IsDate(column) || IsNumber(column) || column.Parser == ParserKind.ResidentNumber
            ? string.Concat(value.Select(sign => sign is >= '!' and <= '~' ? (char)(sign + 0xFEE0) : sign))
            : null,
        "full_width");

    private PlantedFault? Midnight(ref CityRandom random, string[] fields) => Accepted(
        ref random, fields, (column, value) => IsDate(column) && value.AsSpan().IndexOfAny('/', '-') > 0 ? value + " 0:00:00" : null, "midnight");

    // The day as another of the shapes that offices write it in.
    private PlantedFault? OtherShape(ref CityRandom random, string[] fields)
    {
        int which = random.Below(8);
        return Accepted(
            ref random,
            fields,
            (column, value) => IsDate(column) && EraDate.Read(value, out DateOnly day, out _) == DateOutcome.Good ? Shaped(day, which) : null,
            "other_date_shape");
    }

    private static string Shaped(DateOnly day, int which)
    {
        string era = CityDates.Format(day.DayNumber, DateShape.EraDots);
        return which switch
        {
            < 5 => CityDates.Format(day.DayNumber, (DateShape)which),
            5 => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            6 => string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{day.Month}月{day.Day}日"),
            _ => "明大昭平令"["MTSHR".IndexOf(era[0], StringComparison.Ordinal)] + era[1..],
        };
    }

    private PlantedFault? Twin(ref CityRandom random, string[] fields)
    {
        PlantedFault? fault = Accepted(ref random, fields, (column, value) => column.Name.StartsWith("address", StringComparison.Ordinal) ? value + (_isCp932 ? "～" : "〜") : null, "wave_dash");
        return fault is null ? null : fault with { Clean = fault.Clean + "～" };
    }

    private PlantedFault? SentinelForBlank(ref CityRandom random, string[] fields)
    {
        int[] at = [.. _contract.Columns.Where(column => IsDate(column) && !column.IsRequired && fields[column.Ordinal].Length == 0).Select(column => column.Ordinal)];
        return at.Length == 0 ? null : Make(fields, at[random.Below(at.Length)], random.Chance(0.5) ? "00000000" : "9999-12-31", "sentinel_for_blank", "accepted", "", "");
    }

    // Signs of NEC row 13 and the IBM extensions; 髙 by NEC's bytes too, which only this encoding has twice.
    private PlantedFault? Extension(ref CityRandom random, string[] fields)
    {
        char sign = "①㈱﨑髙"[random.Below(4)];
        bool isNec = sign == '髙' && _isCp932 && random.Chance(0.5);
        PlantedFault? fault = Accepted(ref random, fields, (column, value) => IsName(column) ? value + (isNec ? NecBytes : sign) : null, isNec ? "nec_twin" : "vendor_extension");
        return fault is null ? null : fault with { Clean = fault.Clean + sign };
    }

    // JIS X 0213 outside the basic plane, and a name whose form is chosen by a variation selector.
    private PlantedFault? RareCharacter(ref CityRandom random, string[] fields)
    {
        string sign = random.Chance(0.5) ? "\U00020BB7" : "葛\U000E0100";
        PlantedFault? fault = _isCp932 ? null : Accepted(ref random, fields, (column, value) => IsName(column) ? value + sign : null, sign.Length == 2 ? "jisx0213" : "ideographic_variation");
        return fault is null ? null : fault with { Clean = fault.Clean + sign };
    }

    // A blank is no number and a zero is one.
    private PlantedFault? BlankNumber(ref CityRandom random, string[] fields)
    {
        PlantedFault? fault = Accepted(ref random, fields, (column, value) => IsNumber(column) && !IsKey(column) && !column.IsRequired && column.BlankIs is null ? "　" : null, "blank_number");
        return fault is null ? null : fault with { Clean = "" };
    }

    private PlantedFault? ZeroNumber(ref CityRandom random, string[] fields)
    {
        PlantedFault? fault = Accepted(ref random, fields, (column, value) => IsNumber(column) && !IsKey(column) && column.Min is 0 ? "０" : null, "zero_number");
        return fault is null ? null : fault with { Clean = "0" };
    }

    private PlantedFault? OuterBlanks(ref CityRandom random, string[] fields) => Accepted(
        ref random, fields, (column, value) => column.Parser is ParserKind.Code or ParserKind.Integer ? "　" + value + " " : null, "outer_blanks");

    private PlantedFault? Cell(ref CityRandom random, string[] fields, Func<FeedColumn, bool> isWanted, Func<string, string> change, string kind, int code) =>
        Replace(ref random, fields, (column, value) => isWanted(column) ? change(value) : null, kind, code);

    private PlantedFault? Row(ref CityRandom random, string[] fields, Func<FeedColumn, bool> isWanted, Func<string, string> change, string kind, int number)
    {
        PlantedFault? fault = Replace(ref random, fields, (column, value) => isWanted(column) ? change(value) : null, kind, 2);
        return fault is null ? null : fault with { Code = RuleCatalog.Code(_contract, number) };
    }

    private PlantedFault? Replace(ref CityRandom random, string[] fields, Func<FeedColumn, string, string?> change, string kind, int code)
    {
        (int at, string? value) = Pick(ref random, fields, change);
        return value is null ? null : Make(fields, at, value, kind, "quarantined", RuleCatalog.Code(_contract, at, code), "");
    }

    private PlantedFault? Repaired(ref CityRandom random, string[] fields, Func<FeedColumn, string, string?> change, string kind, string code)
    {
        (int at, string? value) = Pick(ref random, fields, (column, text) => column.AllowsRepair(code) ? change(column, text) : null);
        return value is null ? null : Make(fields, at, value, kind, "repaired", code, fields[at]);
    }

    private PlantedFault? Accepted(ref CityRandom random, string[] fields, Func<FeedColumn, string, string?> change, string kind)
    {
        (int at, string? value) = Pick(ref random, fields, change);
        return value is null ? null : Make(fields, at, value, kind, "accepted", "", fields[at]);
    }

    // What makes a row the same row is written in other ways, but never as another value.
    private bool IsKey(FeedColumn column) => _contract.Key.Contains(column.Ordinal) || _contract.SourceId.Contains(column.Ordinal);

    // Of the cells that hold something and that the fault can befall, one.
    private (int At, string? Value) Pick(ref CityRandom random, string[] fields, Func<FeedColumn, string, string?> change)
    {
        List<(int, string)> found = [];
        foreach (FeedColumn column in _contract.Columns)
        {
            // A character of the system's own is a fault already.
            bool hasPrivateUse = fields[column.Ordinal].AsSpan().IndexOfAnyInRange('\uE000', '\uF8FF') >= 0;
            if (fields[column.Ordinal].Length > 0 && !hasPrivateUse && change(column, fields[column.Ordinal]) is { } value)
            {
                found.Add((column.Ordinal, value));
            }
        }

        return found.Count == 0 ? (-1, null) : found[random.Below(found.Count)];
    }

    private PlantedFault Make(string[] fields, int at, string value, string kind, string expected, string code, string clean)
    {
        string[] changed = [.. fields];
        changed[at] = value;
        return new PlantedFault(changed, _contract.Columns[at].Header, kind, expected, code, clean);
    }

    private static bool IsText(FeedColumn column) => column is { Parser: ParserKind.Text or ParserKind.Name or ParserKind.KanaName, Digits: 0 };

    private bool IsName(FeedColumn column) => !IsKey(column) && IsNameKind(column);

    private static bool IsNameKind(FeedColumn column) => column.Parser == ParserKind.Name || column.Name.StartsWith("address", StringComparison.Ordinal);

    private static bool IsDate(FeedColumn column) => column.Parser is ParserKind.Date or ParserKind.EraDate;

    private static bool IsNumber(FeedColumn column) => column.Parser is ParserKind.Integer or ParserKind.Decimal;
}
