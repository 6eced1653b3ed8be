using System.Globalization;

namespace Warehouse.Model.Tables;

/// <summary>How the text of a cell is read, whatever the table.</summary>
internal static class Cells
{
    private const int MostListed = 20;

    // What common programs write for an empty cell. "none" and 不明 are answers.
    private static readonly HashSet<string> Missing = new(StringComparer.OrdinalIgnoreCase) { "", "?", "NA", "N/A", "#N/A", "NaN", "null", "<NA>", "." };

    private static readonly HashSet<string> Infinite = new(StringComparer.OrdinalIgnoreCase)
    {
        "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "+∞", "-∞", "1.#INF", "-1.#INF",
    };

    private static readonly string[] DateForms =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy/M/d", "yyyy.MM.dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy/MM/dd HH:mm", "yyyy/M/d H:mm", "yyyy/MM/dd HH:mm:ss", "yyyy/M/d H:mm:ss",
    ];

    /// <summary>Tells whether a text means that nothing is recorded.</summary>
    public static bool IsMissing(string text) => Missing.Contains(text);

    /// <summary>Tells whether a text is an infinite number, or one beyond double precision.</summary>
    public static bool IsInfinite(string text) => Infinite.Contains(text) || (Parse(text, out double value) && double.IsInfinity(value));

    /// <summary>Reads a finite number in the invariant form.</summary>
    public static bool TryNumber(string text, out double value) => Parse(text, out value) && double.IsFinite(value);

    /// <summary>Reads a day, with or without a time, as yyyymmdd: a number that rises with time and that a person can read.</summary>
    public static bool TryDate(string text, out DateTime value) =>
        DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out value);

    /// <summary>Returns a day as yyyymmdd.</summary>
    public static double DayNumber(DateTime value) => (value.Year * 10000) + (value.Month * 100) + value.Day;

    /// <summary>Returns names for a message, the first twenty.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string shown = string.Join(", ", all.Take(MostListed));
        return all.Length > MostListed ? string.Create(CultureInfo.InvariantCulture, $"{shown} … ({all.Length} in all)") : shown;
    }

    private static bool Parse(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && !double.IsNaN(value);
}
