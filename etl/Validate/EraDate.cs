namespace Warehouse.Etl.Validate;

/// <summary>What became of the text of a date.</summary>
public enum DateOutcome
{
    /// <summary>There is no date: blank or a sentinel such as <c>99999999</c>.</summary>
    None,

    /// <summary>A date as written.</summary>
    Good,

    /// <summary>A date after a repair that the rule code names.</summary>
    Repaired,

    /// <summary>The text has none of the known shapes.</summary>
    Unreadable,

    /// <summary>The text has a known shape but there is no such day.</summary>
    Impossible,
}

/// <summary>Reads dates in every shape that departments send.</summary>
/// <remarks>
/// Era boundaries: Meiji 1868-01-25, Taisho 1912-07-30, Showa 1926-12-25, Heisei 1989-01-08, Reiwa 2019-05-01
/// (Era name orders; the cabinet order of 2019-04-01 for Reiwa). Errors: none are thrown. Cost: one pass, no allocation.
/// </remarks>
public static class EraDate
{
    /// <summary>An era that had ended: <c>H31.5.1</c> is read as <c>R1.5.1</c>.</summary>
    public const string RepairEraEnded = "REP-001";

    /// <summary>An era that had not begun: <c>R1.4.30</c> is read as <c>H31.4.30</c>.</summary>
    public const string RepairEraNotBegun = "REP-002";

    /// <summary>A spreadsheet's serial number of a day.</summary>
    public const string RepairSerial = "REP-003";

    // An era is read on for at most ten years after its end; beyond that a typing error is likelier than an old form.
    private const int YearsAfterEnd = 10;

    // A spreadsheet's day number is taken for a day up to the end of 2078.
    private const int LastSerial = 65_380;

    private static readonly string[] Midnights = [" 00:00:00.000", " 00:00:00", " 0:00:00", " 00:00", " 0:00", "T00:00:00.000", "T00:00:00", "T00:00"];

    private static readonly (char Latin, char Kanji, char Second, int FirstYear, int Begin, int End)[] Eras =
    [
        ('M', '明', '治', 1868, Day(1868, 1, 25), Day(1912, 7, 29)),
        ('T', '大', '正', 1912, Day(1912, 7, 30), Day(1926, 12, 24)),
        ('S', '昭', '和', 1926, Day(1926, 12, 25), Day(1989, 1, 7)),
        ('H', '平', '成', 1989, Day(1989, 1, 8), Day(2019, 4, 30)),
        ('R', '令', '和', 2019, Day(2019, 5, 1), Day(9999, 12, 31)),
    ];

    /// <summary>Returns the day that the text states, with the code of a repair.</summary>
    public static DateOutcome Read(ReadOnlySpan<char> text, out DateOnly date, out string? repair)
    {
        date = default;
        repair = null;
        Span<char> folded = stackalloc char[32];
        int length = Fold(WithoutMidnight(text), folded);
        if (length < 0)
        {
            return DateOutcome.Unreadable;
        }

        ReadOnlySpan<char> value = folded[..length];
        if (IsNone(value))
        {
            return DateOutcome.None;
        }

        int era = -1;
        int at = 0;
        char first = value[0];
        if (!char.IsAsciiDigit(first))
        {
            era = EraOf(first);
            if (era < 0)
            {
                return DateOutcome.Unreadable;
            }

            at = value.Length > 1 && value[1] == Eras[era].Second ? 2 : 1;
            if (at < value.Length && value[at] is '.' or '/' or '-')
            {
                at++;
            }

            if (value.Length - at == 6 && AllDigits(value[at..]))
            {
                return InEra(era, Number(value[at..(at + 2)]), Number(value[(at + 2)..(at + 4)]), Number(value[(at + 4)..]), out date, out repair);
            }
        }
        else if (AllDigits(value))
        {
            return ReadDigits(value, out date, out repair);
        }

        if (!ReadParts(value[at..], out int year, out int month, out int day, needsDay: true))
        {
            return DateOutcome.Unreadable;
        }

        return era < 0 ? Gregorian(year, month, day, out date) : InEra(era, year, month, day, out date, out repair);
    }

    /// <summary>Returns the day that a text without an era states within the era of another cell (<c>05/04/01</c> beside <c>令和</c>, <c>R</c> or <c>5</c>).</summary>
    /// <remarks>A text that names its own era, or a year of four digits, is read as it stands; without an era a year of two digits is unreadable.</remarks>
    public static DateOutcome ReadBeside(ReadOnlySpan<char> eraText, ReadOnlySpan<char> text, out DateOnly date, out string? repair)
    {
        date = default;
        repair = null;
        Span<char> folded = stackalloc char[32];
        int length = Fold(WithoutMidnight(text), folded);
        if (length < 0)
        {
            return DateOutcome.Unreadable;
        }

        ReadOnlySpan<char> value = folded[..length];
        if (IsNone(value) || value.SequenceEqual("000000") || value.SequenceEqual("00/00/00") || value.SequenceEqual("999999") || value.SequenceEqual("99/99/99"))
        {
            return DateOutcome.None;
        }

        int year;
        int month;
        int day;
        if (AllDigits(value) && value.Length is 5 or 6)
        {
            (year, month, day) = (Number(value[..^4]), Number(value[^4..^2]), Number(value[^2..]));
        }
        else if (AllDigits(value) || (!char.IsAsciiDigit(value[0]) && value[0] != '元') || !ReadParts(value, out year, out month, out day, needsDay: true) || year > 99)
        {
            return Read(text, out date, out repair);
        }

        Span<char> eraFolded = stackalloc char[32];
        int eraLength = Fold(eraText, eraFolded);
        int era = eraLength <= 0 ? -1 : eraLength == 1 && eraFolded[0] is >= '1' and <= '5' ? eraFolded[0] - '1' : EraOf(eraFolded[0]);
        bool isWhole = eraLength == 1 || (eraLength == 2 && era >= 0 && eraFolded[1] == Eras[era].Second);
        return era < 0 || !isWhole ? DateOutcome.Unreadable : InEra(era, year, month, day, out date, out repair);
    }

    /// <summary>Returns the month that the text states, as year times 100 plus month.</summary>
    public static DateOutcome ReadMonth(ReadOnlySpan<char> text, out int monthKey) => ReadMonth(text, out monthKey, out _);

    /// <summary>Returns the month that the text states, as year times 100 plus month, with the code of a repair.</summary>
    public static DateOutcome ReadMonth(ReadOnlySpan<char> text, out int monthKey, out string? repair)
    {
        monthKey = 0;
        repair = null;
        Span<char> folded = stackalloc char[32];
        int length = Fold(text, folded);
        if (length < 0)
        {
            return DateOutcome.Unreadable;
        }

        ReadOnlySpan<char> value = folded[..length];
        if (IsNone(value) || value.SequenceEqual("000000") || value.SequenceEqual("999999"))
        {
            return DateOutcome.None;
        }

        int era = -1;
        int year;
        int month;
        if (AllDigits(value))
        {
            if (value.Length == 5 && value[0] is >= '1' and <= '5')
            {
                era = value[0] - '1';
                (year, month) = (Number(value[1..3]), Number(value[3..]));
            }
            else if (value.Length is 6 or 8)
            {
                (year, month) = (Number(value[..4]), Number(value[4..6]));
                if (value.Length == 8 && Gregorian(year, month, Number(value[6..]), out _) != DateOutcome.Good)
                {
                    return DateOutcome.Impossible;
                }
            }
            else
            {
                return DateOutcome.Unreadable;
            }
        }
        else
        {
            era = char.IsAsciiDigit(value[0]) ? -1 : EraOf(value[0]);
            if (era < 0 && !char.IsAsciiDigit(value[0]))
            {
                return DateOutcome.Unreadable;
            }

            int at = era < 0 ? 0 : value.Length > 1 && value[1] == Eras[era].Second ? 2 : 1;
            if (!ReadParts(value[at..], out year, out month, out int day, needsDay: false))
            {
                return DateOutcome.Unreadable;
            }

            if (day > 0 && (era < 0 ? Gregorian(year, month, day, out _) : InEra(era, year, month, day, out _, out _)) == DateOutcome.Impossible)
            {
                return DateOutcome.Impossible;
            }
        }

        if (era >= 0)
        {
            // The month in which an era changes belongs to both.
            DateOutcome outcome = InEra(era, year, month, 1, out DateOnly first, out repair);
            if (outcome == DateOutcome.Impossible)
            {
                return outcome;
            }

            if (repair == RepairEraNotBegun && first.AddMonths(1).DayNumber > Eras[era].Begin)
            {
                (repair, outcome) = (null, DateOutcome.Good);
            }

            monthKey = (first.Year * 100) + first.Month;
            return outcome;
        }

        if (year is < 1800 or > 9998 || month is < 1 or > 12)
        {
            return DateOutcome.Impossible;
        }

        monthKey = (year * 100) + month;
        return DateOutcome.Good;
    }

    private static int Day(int year, int month, int day) => new DateOnly(year, month, day).DayNumber;

    private static int EraOf(char sign) => sign switch
    {
        'M' or 'm' or '明' or '\u337E' => 0,
        'T' or 't' or '大' or '\u337D' => 1,
        'S' or 's' or '昭' or '\u337C' => 2,
        'H' or 'h' or '平' or '\u337B' => 3,
        'R' or 'r' or '令' or '\u32FF' => 4,
        _ => -1,
    };

    private static bool IsNone(ReadOnlySpan<char> value) => value.Length == 0
        || value.SequenceEqual("00000000") || value.SequenceEqual("99999999")
        || value.SequenceEqual("0000000") || value.SequenceEqual("9999999")
        || value.SequenceEqual("0") || value.SequenceEqual("-")
        || value.SequenceEqual("0000/00/00") || value.SequenceEqual("0000-00-00")
        || value.SequenceEqual("9999/99/99") || value.SequenceEqual("9999-99-99")
        || value.SequenceEqual("9999/12/31") || value.SequenceEqual("9999-12-31") || value.SequenceEqual("99991231")
        || value.SequenceEqual("不詳") || value.SequenceEqual("不明");

    // Spreadsheets and databases write a day as its midnight; any other time is not a day.
    private static ReadOnlySpan<char> WithoutMidnight(ReadOnlySpan<char> text)
    {
        if (text.IndexOf(':') < 0)
        {
            return text;
        }

        foreach (string midnight in Midnights)
        {
            if (text.EndsWith(midnight, StringComparison.Ordinal))
            {
                return text[..^midnight.Length];
            }
        }

        return text;
    }

    // Full-width digits, letters and signs become ASCII; blanks go. -1 where the text is too long for a date.
    private static int Fold(ReadOnlySpan<char> text, Span<char> target)
    {
        int count = 0;
        foreach (char sign in text)
        {
            if (sign is ' ' or '\u3000' or '\t')
            {
                continue;
            }

            if (count == target.Length)
            {
                return -1;
            }

            target[count++] = sign is >= '\uFF01' and <= '\uFF5E' ? (char)(sign - 0xFEE0) : sign;
        }

        return count;
    }

    private static bool AllDigits(ReadOnlySpan<char> value)
    {
        foreach (char sign in value)
        {
            if (!char.IsAsciiDigit(sign))
            {
                return false;
            }
        }

        return true;
    }

    private static DateOutcome ReadDigits(ReadOnlySpan<char> value, out DateOnly date, out string? repair)
    {
        date = default;
        repair = null;
        switch (value.Length)
        {
            case 8:
                return Gregorian(Number(value[..4]), Number(value[4..6]), Number(value[6..]), out date);
            case 7 when value[0] is >= '1' and <= '5':
                return InEra(value[0] - '1', Number(value[1..3]), Number(value[3..5]), Number(value[5..]), out date, out repair);
            case 5 when Number(value) <= LastSerial:
                // Day 1 of the serial is 1900-01-01, and the day that does not exist, 1900-02-29, is counted.
                date = DateOnly.FromDayNumber(Day(1899, 12, 30) + Number(value));
                repair = RepairSerial;
                return DateOutcome.Repaired;
            default:
                return DateOutcome.Unreadable;
        }
    }

    private static bool ReadParts(ReadOnlySpan<char> value, out int year, out int month, out int day, bool needsDay)
    {
        year = month = day = 0;
        int at = 0;
        if (value.Length > 0 && value[0] == '元')
        {
            year = 1;
            at = 1;
        }
        else if (!Digits(value, ref at, 4, out year))
        {
            return false;
        }

        if (!Separator(value, ref at, '年') || !Digits(value, ref at, 2, out month))
        {
            return false;
        }

        if (!needsDay && (at == value.Length || (value[at] == '月' && at + 1 == value.Length)))
        {
            return true;
        }

        if (!Separator(value, ref at, '月') || !Digits(value, ref at, 2, out day))
        {
            return false;
        }

        return at == value.Length || (value[at] == '日' && at + 1 == value.Length);
    }

    private static bool Digits(ReadOnlySpan<char> value, ref int at, int most, out int number)
    {
        number = 0;
        int from = at;
        while (at < value.Length && at - from < most && char.IsAsciiDigit(value[at]))
        {
            number = (number * 10) + value[at] - '0';
            at++;
        }

        return at > from;
    }

    private static bool Separator(ReadOnlySpan<char> value, ref int at, char kanji)
    {
        if (at >= value.Length || !(value[at] is '.' or '/' or '-' || value[at] == kanji))
        {
            return false;
        }

        at++;
        return true;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        int number = 0;
        foreach (char digit in digits)
        {
            number = (number * 10) + digit - '0';
        }

        return number;
    }

    private static DateOutcome Gregorian(int year, int month, int day, out DateOnly date)
    {
        date = default;
        if (year is < 1800 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return DateOutcome.Impossible;
        }

        date = new DateOnly(year, month, day);
        return DateOutcome.Good;
    }

    private static DateOutcome InEra(int era, int yearOfEra, int month, int day, out DateOnly date, out string? repair)
    {
        repair = null;
        date = default;
        if (yearOfEra < 1)
        {
            return DateOutcome.Impossible;
        }

        DateOutcome outcome = Gregorian(Eras[era].FirstYear + yearOfEra - 1, month, day, out date);
        if (outcome != DateOutcome.Good)
        {
            return outcome;
        }

        if (date.DayNumber > Eras[era].End)
        {
            if (date.DayNumber > Eras[era].End + (YearsAfterEnd * 366))
            {
                return DateOutcome.Impossible;
            }

            repair = RepairEraEnded;
            return DateOutcome.Repaired;
        }

        if (date.DayNumber < Eras[era].Begin)
        {
            repair = RepairEraNotBegun;
            return DateOutcome.Repaired;
        }

        return DateOutcome.Good;
    }
}
