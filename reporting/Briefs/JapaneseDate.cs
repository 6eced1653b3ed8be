using System.Globalization;

namespace Warehouse.Reporting.Briefs;

/// <summary>Writes dates with Japanese era and western year, without culture data, which servers may lack.</summary>
public static class JapaneseDate
{
    // 昭和, 平成: 元号を改める政令; 令和: 元号を改める政令 (平成31年政令第143号). Earlier eras: first day in civil use.
    private static readonly (DateOnly Start, string Name)[] Eras =
    [
        (new DateOnly(2019, 5, 1), "令和"),
        (new DateOnly(1989, 1, 8), "平成"),
        (new DateOnly(1926, 12, 25), "昭和"),
        (new DateOnly(1912, 7, 30), "大正"),
        (new DateOnly(1868, 10, 23), "明治"),
    ];

    /// <summary>Returns the day that it is in Japan at an instant in UTC; Japan keeps no summer time.</summary>
    public static DateOnly At(DateTime utc) => DateOnly.FromDateTime(utc.AddHours(9));

    /// <summary>Returns e.g. <c>令和8年4月1日（2026年）</c>.</summary>
    public static string Long(DateOnly date) => string.Create(
        CultureInfo.InvariantCulture, $"{EraYear(date)}{date.Month}月{date.Day}日（{date.Year}年）");

    /// <summary>Returns e.g. <c>令和8年4月1日</c>.</summary>
    public static string Medium(DateOnly date) => string.Create(
        CultureInfo.InvariantCulture, $"{EraYear(date)}{date.Month}月{date.Day}日");

    /// <summary>Returns e.g. <c>2026.4.1</c>, for places too narrow for the era.</summary>
    public static string Numeric(DateOnly date) => string.Create(CultureInfo.InvariantCulture, $"{date.Year}.{date.Month}.{date.Day}");

    /// <summary>Returns the western date with the era's year, e.g. <c>2026.4.1（R8）</c>.</summary>
    public static string Short(DateOnly date)
    {
        var era = Array.Find(Eras, entry => date >= entry.Start);
        var letter = era.Name switch
        {
            "令和" => "R",
            "平成" => "H",
            "昭和" => "S",
            "大正" => "T",
            "明治" => "M",
            _ => null,
        };
        return letter is null
            ? string.Create(CultureInfo.InvariantCulture, $"{date.Year}.{date.Month}.{date.Day}")
            : string.Create(CultureInfo.InvariantCulture, $"{date.Year}.{date.Month}.{date.Day}（{letter}{date.Year - era.Start.Year + 1}）");
    }

    /// <summary>Returns e.g. <c>令和元年</c>; the western year before 1868-10-23.</summary>
    public static string EraYear(DateOnly date)
    {
        var (start, name) = Array.Find(Eras, entry => date >= entry.Start);
        if (name is null)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{date.Year}年");
        }

        var year = date.Year - start.Year + 1;
        return year == 1 ? $"{name}元年" : string.Create(CultureInfo.InvariantCulture, $"{name}{year}年");
    }
}
