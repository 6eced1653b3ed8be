using System.Globalization;

namespace Warehouse.Etl.Validate;

/// <summary>Turns dates whose parts stand in an order that the text alone does not show into year, month, day.</summary>
/// <remarks><c>4/1/2023</c> is a day in April or in January; only a mapping can say which. All other shapes are read without being told.</remarks>
public static class DateOrder
{
    /// <summary>Month, day, year: what a spreadsheet with English settings writes.</summary>
    public const string MonthDayYear = "month_day_year";

    /// <summary>Day, month, year.</summary>
    public const string DayMonthYear = "day_month_year";

    /// <summary>Returns whether a shape needs this class.</summary>
    public static bool IsStated(string shape) => shape is MonthDayYear or DayMonthYear;

    /// <summary>Returns the text with the year first where it has the stated order, and else the text as it is.</summary>
    public static string ToIso(ReadOnlySpan<char> text, string shape) => TryParts(text, out int first, out int second, out int year)
        ? shape == MonthDayYear
            ? string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{first:D2}-{second:D2}")
            : string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{second:D2}-{first:D2}")
        : text.ToString();

    /// <summary>Returns whether the text is two numbers of at most two digits and a year of four, with the same sign between.</summary>
    public static bool TryParts(ReadOnlySpan<char> text, out int first, out int second, out int year)
    {
        first = second = year = 0;
        int at = 0;
        if (!Number(text, ref at, 2, out first) || at >= text.Length || text[at] is not ('/' or '-' or '.'))
        {
            return false;
        }

        char sign = text[at++];
        if (!Number(text, ref at, 2, out second) || at >= text.Length || text[at++] != sign)
        {
            return false;
        }

        int from = at;
        return Number(text, ref at, 4, out year) && at == text.Length && at - from == 4;
    }

    private static bool Number(ReadOnlySpan<char> text, ref int at, int most, out int number)
    {
        number = 0;
        int from = at;
        while (at < text.Length && at - from < most && char.IsAsciiDigit(text[at]))
        {
            number = (number * 10) + text[at++] - '0';
        }

        return at > from;
    }
}
