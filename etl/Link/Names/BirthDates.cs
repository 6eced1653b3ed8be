using System.Globalization;

namespace Warehouse.Etl.Link.Names;

/// <summary>What was noticed while a date of birth was read.</summary>
[Flags]
public enum BirthDateFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The field has something that is no date.</summary>
    Unreadable = 1,

    /// <summary>A date that stands for none (1900-01-01, 1868-01-01, 9999-12-31); taken as null.</summary>
    Placeholder = 2,

    /// <summary>The day is one that systems put when only the year is known (1 January); kept, but weak.</summary>
    Weak = 4,

    /// <summary>The year was outside what is possible and one other era puts it inside: the year is mended.</summary>
    EraMended = 8,

    /// <summary>Month and day were out of range and are right when swapped: swapped.</summary>
    SwapMended = 16,

    /// <summary>Month and day could be swapped as well; see <see cref="BirthDates.Swapped"/>.</summary>
    Swappable = 32,

    /// <summary>The year has the wrong century in two digits, or was read from two digits.</summary>
    CenturyGuessed = 64,

    /// <summary>Outside what is possible and not to be mended; taken as null.</summary>
    Impossible = 128,
}

/// <summary>A date of birth with what was done to it.</summary>
/// <param name="Value">The date, or null.</param>
/// <param name="Flags">What was noticed.</param>
public readonly record struct BirthDate(DateOnly? Value, BirthDateFlags Flags);

/// <summary>Reads and mends dates of birth.</summary>
public static class BirthDates
{
    // Year 1 of an era is this year plus one. Source: the eras' first days, 1868-10-23, 1912-07-30, 1926-12-25, 1989-01-08, 2019-05-01.
    private static readonly (char Letter, char Kanji, int Base)[] Eras = [('M', '明', 1867), ('T', '大', 1911), ('S', '昭', 1925), ('H', '平', 1988), ('R', '令', 2018)];

    /// <summary>The differences in years between a date and the same written under another era: H/R 30, S/H 63, S/R 93, T/S 14, T/H 77, M/T 44, M/H 121, and the usual slips of a century.</summary>
    public static IReadOnlyList<int> EraShifts { get; } = [30, -30, 63, -63, 93, -93, 88, -88, 118, -118, 100, -100];

    /// <summary>Reads a date of birth.</summary>
    /// <param name="text">ISO, slashes, dots, eight or seven digits, an era by letter or kanji (H25.4.1, 平成25年4月1日, 5-250401), or nothing.</param>
    /// <param name="earliest">The first possible day.</param>
    /// <param name="latest">The last possible day, as the day of the extract.</param>
    public static BirthDate Read(string? text, DateOnly earliest, DateOnly latest)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new BirthDate(null, BirthDateFlags.None);
        }

        // The commonest form first: it decides the speed of a whole register.
        if (text.Length == 10 && text[4] is '-' or '/' && text[7] == text[4]
            && Digits(text.AsSpan(0, 4)) is var isoYear and >= 0 && Digits(text.AsSpan(5, 2)) is var isoMonth and >= 0 && Digits(text.AsSpan(8, 2)) is var isoDay and >= 0)
        {
            return Judge(isoYear, isoMonth, isoDay, BirthDateFlags.None, earliest, latest);
        }

        string wide = WidthFold.Fold(text).Trim();
        Span<int> numbers = stackalloc int[3];
        Span<int> lengths = stackalloc int[3];
        int count = 0;
        bool hasYearOne = false;
        for (int i = 0; i < wide.Length;)
        {
            if (wide[i] == '元' && count == 0)
            {
                numbers[count] = 1;
                lengths[count++] = 1;
                hasYearOne = true;
                i++;
            }
            else if (char.IsAsciiDigit(wide[i]))
            {
                int from = i;
                while (i < wide.Length && char.IsAsciiDigit(wide[i]))
                {
                    i++;
                }

                // A time of day after the date is no part of it.
                if (count == 3)
                {
                    break;
                }

                if (i - from > 8)
                {
                    return new BirthDate(null, BirthDateFlags.Unreadable);
                }

                numbers[count] = int.Parse(wide.AsSpan(from, i - from), CultureInfo.InvariantCulture);
                lengths[count++] = i - from;
            }
            else
            {
                i++;
            }
        }

        int era = EraBase(wide);
        int year;
        int month;
        int day;
        BirthDateFlags flags = BirthDateFlags.None;
        if (count == 3)
        {
            (year, month, day) = (numbers[0], numbers[1], numbers[2]);
        }
        else if (count == 1 && lengths[0] is 8 or 6 or 5 or 7)
        {
            int n = numbers[0];
            (year, month, day) = (n / 10000, n / 100 % 100, n % 100);
            if (lengths[0] == 7 && era < 0)
            {
                // 4250401: the number of the era (1 Meiji to 5 Reiwa), then two digits each.
                int number = n / 1_000_000;
                if (number is < 1 or > 5)
                {
                    return new BirthDate(null, BirthDateFlags.Unreadable);
                }

                era = Eras[number - 1].Base;
                year %= 100;
            }
        }
        else
        {
            return new BirthDate(null, BirthDateFlags.Unreadable);
        }

        if (era >= 0 && (year < 100 || hasYearOne))
        {
            year += era;
        }
        else if (year < 100)
        {
            year += year + 2000 <= latest.Year ? 2000 : 1900;
            flags |= BirthDateFlags.CenturyGuessed;
        }

        return Judge(year, month, day, flags, earliest, latest);
    }

    /// <summary>Judges a date that is already one.</summary>
    public static BirthDate Read(DateOnly? date, DateOnly earliest, DateOnly latest) =>
        date is { } d ? Judge(d.Year, d.Month, d.Day, BirthDateFlags.None, earliest, latest) : new BirthDate(null, BirthDateFlags.None);

    /// <summary>Returns the date with month and day swapped, or null when that is no other date.</summary>
    public static DateOnly? Swapped(DateOnly date) => date.Day <= 12 && date.Day != date.Month ? new DateOnly(date.Year, date.Day, date.Month) : null;

    /// <summary>Returns whether two dates differ only as a wrong era or century makes them differ.</summary>
    public static bool IsEraSlip(DateOnly a, DateOnly b)
    {
        int years = a.Year - b.Year;
        return a.Month == b.Month && a.Day == b.Day && years != 0 && EraShifts.Contains(years);
    }

    private static BirthDate Judge(int year, int month, int day, BirthDateFlags flags, DateOnly earliest, DateOnly latest)
    {
        if ((month == 1 && day == 1 && year is 1900 or 1868 or 1800 or 1753 or 1901 or 1970) || year is 9999 or <= 1 || (month is 0 && day is 0) || (month is 99 && day is 99))
        {
            return new BirthDate(null, flags | BirthDateFlags.Placeholder);
        }

        if (month is > 12 and <= 31 && day is >= 1 and <= 12)
        {
            (month, day) = (day, month);
            flags |= BirthDateFlags.SwapMended;
        }

        if (year is < 1 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return new BirthDate(null, flags | BirthDateFlags.Unreadable);
        }

        DateOnly date = new(year, month, day);
        if (date < earliest || date > latest)
        {
            // Only one era may do: with two, nobody knows which.
            DateOnly? mended = null;
            foreach (int shift in EraShifts)
            {
                int other = year + shift;
                if (other is > 0 and < 9999 && day <= DateTime.DaysInMonth(other, month))
                {
                    DateOnly candidate = new(other, month, day);
                    if (candidate >= earliest && candidate <= latest)
                    {
                        if (mended is not null)
                        {
                            return new BirthDate(null, flags | BirthDateFlags.Impossible);
                        }

                        mended = candidate;
                    }
                }
            }

            if (mended is not { } one)
            {
                return new BirthDate(null, flags | BirthDateFlags.Impossible);
            }

            date = one;
            flags |= BirthDateFlags.EraMended;
        }

        flags |= date is { Month: 1, Day: 1 } ? BirthDateFlags.Weak : BirthDateFlags.None;
        flags |= Swapped(date) is null ? BirthDateFlags.None : BirthDateFlags.Swappable;
        return new BirthDate(date, flags);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int value = 0;
        foreach (char sign in text)
        {
            if (!char.IsAsciiDigit(sign))
            {
                return -1;
            }

            value = (value * 10) + sign - '0';
        }

        return value;
    }

    private static int EraBase(string text)
    {
        char first = text.Length == 0 ? '\0' : char.ToUpperInvariant(text[0]);
        foreach ((char letter, char kanji, int start) in Eras)
        {
            if (first == letter || first == kanji)
            {
                return start;
            }
        }

        return -1;
    }
}
