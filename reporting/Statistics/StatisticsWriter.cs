using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Warehouse.Reporting.Statistics;

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
    public const string Legend = "X=少数のため、または少数の推定を防ぐため非表示　-=0　…=データなし";

    /// <summary>Returns a table as CSV text, without the byte-order mark.</summary>
    /// <remarks>Cells that a spreadsheet would take for a formula get an apostrophe before them; line ends are CRLF (RFC 4180).</remarks>
    public static string Csv(ReleasedTable table, string legend = Legend)
    {
        ArgumentNullException.ThrowIfNull(table);
        StringBuilder text = new();
        AppendLine(text, [RowTitle(table), .. table.Columns.Select(column => column.Title)]);
        for (int row = 0; row < table.Cells.Count; row++)
        {
            AppendLine(text, [table.Rows[row].Title, .. table.Cells[row].Select(cell => cell is { Mark: CellMark.Shown, Count: { } count } ? count.ToString(CultureInfo.InvariantCulture) : cell.Text)]);
        }

        AppendLine(text, [legend]);
        if (table.AsOfText.Length > 0)
        {
            AppendLine(text, [table.AsOfText]);
        }

        return text.ToString();
    }

    /// <summary>Returns a table as the bytes of a CSV file that spreadsheets open as UTF-8.</summary>
    public static byte[] CsvFile(ReleasedTable table, string legend = Legend) => [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Csv(table, legend))];

    /// <summary>Returns what stands above the rows of a table.</summary>
    public static string RowTitle(ReleasedTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Definition.Rows switch { "district" => "行政区", "year" => "年度", "source" => "情報", "age" => "年齢", "household" => "世帯", "route" => "経路", "duration" => "受付からの期間", "checkup" => "健診", _ => "対象" };
    }

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
            release.ReleaseId,
            AsOf = release.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            release.AsKnownUtc,
            Profile = release.Profile.Name,
            release.Legend,
            release.Protection,
            release.Funnel,
            Tables = release.Tables.Select(table => new
            {
                table.Code,
                table.Title,
                table.Definition.Unit,
                table.Definition.Owner,
                AsOf = table.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                table.FromNumber,
                table.Definition.Denominator,
                Rows = table.Rows.Select(row => new { row.Code, row.Title }),
                Columns = table.Columns.Select(column => new { column.Code, column.Title }),
                Cells = table.Cells.Select(row => row.Select(cell => new { cell.Count, cell.Text })),
                Rates = table.Rates.Select(rate => new
                {
                    Row = table.Rows[rate.Row].Code,
                    Column = table.Columns[rate.Column].Code,
                    rate.Share,
                    rate.Low,
                    rate.High,
                    Verdict = rate.Verdict.ToString().ToLowerInvariant(),
                    Comparison = JsonNamingPolicy.SnakeCaseLower.ConvertName(rate.Comparison.ToString()),
                }),
                table.Definition.Note,
                table.HiddenCount,
            }),
        };
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
