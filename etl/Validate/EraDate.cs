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
        int length = Fold(text, folded);
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

    /// <summary>Returns the month that the text states, as year times 100 plus month.</summary>
    public static DateOutcome ReadMonth(ReadOnlySpan<char> text, out int monthKey)
    {
        monthKey = 0;
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

        int year;
        int month;
        if (AllDigits(value))
        {
            if (value.Length is not (6 or 8))
            {
                return DateOutcome.Unreadable;
            }

            year = Number(value[..4]);
            month = Number(value[4..6]);
        }
        else
        {
            int era = char.IsAsciiDigit(value[0]) ? -1 : EraOf(value[0]);
            if (era < 0 && !char.IsAsciiDigit(value[0]))
            {
                return DateOutcome.Unreadable;
            }

            int at = era < 0 ? 0 : value.Length > 1 && value[1] == Eras[era].Second ? 2 : 1;
            if (!ReadParts(value[at..], out year, out month, out _, needsDay: false))
            {
                return DateOutcome.Unreadable;
            }

            year = era < 0 ? year : Eras[era].FirstYear + year - 1;
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
        'M' or 'm' or '明' => 0,
        'T' or 't' or '大' => 1,
        'S' or 's' or '昭' => 2,
        'H' or 'h' or '平' => 3,
        'R' or 'r' or '令' => 4,
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
            case 5:
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
