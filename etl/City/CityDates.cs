using System.Globalization;

namespace Warehouse.Etl.City;

/// <summary>Names the shape in which a system writes a date.</summary>
internal enum DateShape
{
    /// <summary>2023-04-01.</summary>
    Iso,

    /// <summary>2023/04/01.</summary>
    Slash,

    /// <summary>R5.4.1.</summary>
    EraDots,

    /// <summary>令和5年4月1日, with 元 for the first year.</summary>
    EraKanji,

    /// <summary>5050401: era code (3 Showa, 4 Heisei, 5 Reiwa) and YYMMDD.</summary>
    EraCode,
}

/// <summary>Writes dates the way the systems do and knows the school calendar.</summary>
/// <remarks>Source: era boundaries 1926-12-25, 1989-01-08, 2019-05-01; holidays of the Act on National Holidays for 2019 to 2026.</remarks>
internal static class CityDates
{
    private static readonly int Reiwa = new DateOnly(2019, 5, 1).DayNumber;
    private static readonly int Heisei = new DateOnly(1989, 1, 8).DayNumber;
    private static readonly int Showa = new DateOnly(1926, 12, 25).DayNumber;

    private static readonly HashSet<int> Holidays = MakeHolidays();

    /// <summary>Returns the date text of a day number in a shape; an open day is an empty text.</summary>
    public static string Format(int day, DateShape shape)
    {
        if (day == int.MaxValue)
        {
            return "";
        }

        var date = DateOnly.FromDayNumber(day);
        return day >= Reiwa ? Format(date.Year, date.Month, date.Day, 5, shape)
            : day >= Heisei ? Format(date.Year, date.Month, date.Day, 4, shape)
            : day >= Showa ? Format(date.Year, date.Month, date.Day, 3, shape)
            : Format(date.Year, date.Month, date.Day, 2, shape);
    }

    /// <summary>Returns date text for any year, month, day and era, also for dates that do not exist.</summary>
    public static string Format(int year, int month, int day, int era, DateShape shape)
    {
        int first = era switch { 5 => 2019, 4 => 1989, 3 => 1926, _ => 1912 };
        int eraYear = year - first + 1;
        return shape switch
        {
            DateShape.Iso => string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{day:D2}"),
            DateShape.Slash => string.Create(CultureInfo.InvariantCulture, $"{year:D4}/{month:D2}/{day:D2}"),
            DateShape.EraDots => string.Create(CultureInfo.InvariantCulture, $"{"?MTSHR"[era]}{eraYear}.{month}.{day}"),
            DateShape.EraKanji => string.Create(
                CultureInfo.InvariantCulture,
                $"{EraName(era)}{(eraYear == 1 ? "元" : eraYear.ToString(CultureInfo.InvariantCulture))}年{month}月{day}日"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{era}{eraYear:D2}{month:D2}{day:D2}"),
        };
    }

    /// <summary>Returns the day that <see cref="Format(int, DateShape)"/> writes so in this shape, or -1 where it writes no day so.</summary>
    public static int Read(string text, DateShape shape)
    {
        string plain = text.Replace('元', '1');
        string digits = string.Concat(plain.Select(sign => char.IsAsciiDigit(sign) ? sign : ' ')).Trim();
        string[] parts = shape == DateShape.EraCode
            ? digits.Length == 7 ? [digits[1..3], digits[3..5], digits[5..]] : []
            : digits.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || parts.Any(part => part.Length > 4))
        {
            return -1;
        }

        int[] numbers = [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        int first = shape is DateShape.Iso or DateShape.Slash ? 1 : text[0] switch { '令' or 'R' or '5' => 2019, '平' or 'H' or '4' => 1989, '昭' or 'S' or '3' => 1926, '大' or 'T' or '2' => 1912, _ => 0 };
        int year = numbers[0] + first - 1;
        if (first == 0 || year is < 1 or > 9999 || numbers[1] is < 1 or > 12 || numbers[2] < 1 || numbers[2] > DateTime.DaysInMonth(year, numbers[1]))
        {
            return -1;
        }

        int day = new DateOnly(year, numbers[1], numbers[2]).DayNumber;
        return Format(day, shape) == text ? day : -1;
    }

    /// <summary>Returns the text of a 2019 date after April in the era that had already ended (H31.5.1), or null when there is none.</summary>
    public static string? FormatInEndedEra(int day, DateShape shape)
    {
        var date = DateOnly.FromDayNumber(day);
        bool isEra = shape is DateShape.EraDots or DateShape.EraKanji or DateShape.EraCode;
        return isEra && day >= Reiwa && date.Year == 2019 ? Format(date.Year, date.Month, date.Day, 4, shape) : null;
    }

    /// <summary>Returns the month number (year * 12 + month - 1) of a day.</summary>
    public static int MonthOf(int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return (date.Year * 12) + date.Month - 1;
    }

    /// <summary>Returns the first day of a month number.</summary>
    public static int FirstDayOf(int month) => new DateOnly(month / 12, (month % 12) + 1, 1).DayNumber;

    /// <summary>Returns the fiscal year (April to March) of a day.</summary>
    public static int FiscalYear(int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return date.Month >= 4 ? date.Year : date.Year - 1;
    }

    /// <summary>Returns the grade 1-9 of a child in a fiscal year, below 1 before school and above 9 after junior high.</summary>
    /// <remarks>A child born on 1 April belongs to the older grade (Civil age is reached the day before the birthday).</remarks>
    public static int Grade(int birth, int fiscalYear) => fiscalYear - FiscalYear(birth - 1) - 6;

    /// <summary>Returns the day number of the same calendar day years later, 28 February for a leap day.</summary>
    public static int AddYears(int day, int years) => DateOnly.FromDayNumber(day).AddYears(years).DayNumber;

    /// <summary>Returns the day number of the same calendar day months later.</summary>
    public static int AddMonths(int day, int months) => DateOnly.FromDayNumber(day).AddMonths(months).DayNumber;

    /// <summary>Returns the school days of a month number in order.</summary>
    public static int[] SchoolDays(int month)
    {
        int first = FirstDayOf(month);
        int end = FirstDayOf(month + 1);
        var days = new List<int>(23);
        for (int day = first; day < end; day++)
        {
            var date = DateOnly.FromDayNumber(day);
            int md = (date.Month * 100) + date.Day;
            bool isBreak = md is >= 725 and <= 825 or >= 1225 or <= 107 or >= 325 and <= 405;
            if (!isBreak && date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Holidays.Contains(day))
            {
                days.Add(day);
            }
        }

        return [.. days];
    }

    /// <summary>Returns the days of a month number on which nurseries are open, in order: Monday to Friday without holidays and the turn of the year.</summary>
    public static int[] NurseryDays(int month)
    {
        int first = FirstDayOf(month);
        return
        [
            .. Enumerable.Range(first, FirstDayOf(month + 1) - first).Where(day =>
            {
                var date = DateOnly.FromDayNumber(day);
                int md = (date.Month * 100) + date.Day;
                return md is not (>= 1229 or <= 103) && date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Holidays.Contains(day);
            }),
        ];
    }

    private static string EraName(int era) => era switch { 5 => "令和", 4 => "平成", 3 => "昭和", _ => "大正" };

    private static HashSet<int> MakeHolidays()
    {
        var holidays = new HashSet<int>();
        for (int year = 2019; year <= 2026; year++)
        {
            int y = year;
            void Add(int month, int day) => holidays.Add(new DateOnly(y, month, day).DayNumber);
            void Monday(int month, int week)
            {
                var date = new DateOnly(y, month, 1);
                int offset = ((int)DayOfWeek.Monday - (int)date.DayOfWeek + 7) % 7;
                holidays.Add(date.DayNumber + offset + ((week - 1) * 7));
            }

            Add(1, 1);
            Monday(1, 2);
            Add(2, 11);
            Add(3, year % 4 is 0 or 1 ? 20 : 21);
            Add(4, 29);
            Add(5, 3);
            Add(5, 4);
            Add(5, 5);
            Monday(9, 3);
            Add(9, year % 4 == 0 || year == 2024 ? 22 : 23);
            Add(11, 3);
            Add(11, 23);
            if (year >= 2020)
            {
                Add(2, 23);
            }

            // The games of 2020 and 2021 moved the sports day into the summer.
            if (year is not (2020 or 2021))
            {
                Monday(10, 2);
            }

            if (year == 2019)
            {
                Add(4, 30);
                Add(5, 1);
                Add(5, 2);
                Add(10, 22);
            }
        }

        foreach (int day in holidays.ToArray())
        {
            if (DateOnly.FromDayNumber(day).DayOfWeek == DayOfWeek.Sunday)
            {
                int substitute = day + 1;
                while (holidays.Contains(substitute))
                {
                    substitute++;
                }

                holidays.Add(substitute);
            }
        }

        return holidays;
    }
}
