using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Warehouse.Reporting.Statistics;

/// <summary>The released tables of one day, with what a reader needs to understand them.</summary>
/// <param name="AsOf">The month of the figures, by its first day.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
/// <param name="Profile">The profile of disclosure control.</param>
/// <param name="Tables">The tables.</param>
/// <param name="Funnel">The way from population to list; a step is null where a hidden figure is part of it.</param>
public sealed record StatisticsRelease(
    DateOnly AsOf,
    DateTime AsKnownUtc,
    SuppressionProfile Profile,
    IReadOnlyList<ReleasedTable> Tables,
    IReadOnlyList<FunnelStep> Funnel);

/// <summary>One step of the funnel; <paramref name="Count"/> is null where it is hidden.</summary>
public sealed record FunnelStep(string Code, string Title, long? Count);

/// <summary>Writes released tables as files for spreadsheets and programs.</summary>
public static class StatisticsWriter
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All),
    };

    /// <summary>The marks explained, as printed under every table.</summary>
    public const string Legend = "X=少数のため非表示　-=0　…=データなし";

    /// <summary>Returns a table as CSV text, without the byte-order mark.</summary>
    /// <remarks>Cells that a spreadsheet would take for a formula get an apostrophe before them; line ends are CRLF (RFC 4180).</remarks>
    public static string Csv(ReleasedTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        StringBuilder text = new();
        AppendLine(text, [table.RowDimension, .. table.Columns.Select(column => column.Title), "合計"]);
        for (int row = 0; row < table.Cells.Count; row++)
        {
            string title = row < table.Rows.Count ? table.Rows[row].Title : "合計";
            AppendLine(text, [title, .. table.Cells[row].Select(cell => cell.Count?.ToString(CultureInfo.InvariantCulture) is { } count && cell.Mark == CellMark.Shown ? count : cell.Text)]);
        }

        AppendLine(text, [Legend]);
        return text.ToString();
    }

    /// <summary>Returns a table as the bytes of a CSV file that spreadsheets open as UTF-8.</summary>
    public static byte[] CsvFile(ReleasedTable table) => [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Csv(table))];

    /// <summary>Returns a release as JSON.</summary>
    public static string JsonText(StatisticsRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return JsonSerializer.Serialize(Shape(release), Json);
    }

    /// <summary>Returns a release in the shape that programs read.</summary>
    public static object Shape(StatisticsRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return new
        {
            AsOf = release.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            release.AsKnownUtc,
            Profile = release.Profile.Name,
            Legend,
            release.Funnel,
            Tables = release.Tables.Select(table => new
            {
                table.Code,
                table.Title,
                table.RowDimension,
                table.ColumnDimension,
                Rows = table.Rows.Select(row => new { row.Code, row.Title }),
                Columns = table.Columns.Select(column => new { column.Code, column.Title }),
                Cells = table.Cells.Select(row => row.Select(cell => new { cell.Count, cell.Text })),
                table.HiddenCount,
            }),
        };
    }

    /// <summary>Writes a release into a folder and returns the paths: one CSV a table and one JSON for all.</summary>
    public static IReadOnlyList<string> Write(StatisticsRelease release, string folder)
    {
        ArgumentNullException.ThrowIfNull(release);
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach (ReleasedTable table in release.Tables)
        {
            string path = Path.Combine(folder, table.Code + ".csv");
            File.WriteAllBytes(path, CsvFile(table));
            paths.Add(path);
        }

        string json = Path.Combine(folder, "statistics.json");
        File.WriteAllText(json, JsonText(release));
        paths.Add(json);
        return paths;
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells.Select(Field)).Append("\r\n");

    private static string Field(string value)
    {
        // '-' alone is the mark for zero; a spreadsheet shows it as text.
        string safe = value.Length > 0 && value != "-" && "=+-@\t\r\n".Contains(value[0], StringComparison.Ordinal) ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? "\"" + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : safe;
    }
}
