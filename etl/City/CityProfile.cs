using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.City;

/// <summary>Writes the delivered files of the city again as the systems of another municipality would: other names, order, codes, dates, encodings and delimiters.</summary>
/// <remarks>The rows, and so the facts, stay the same; a cell that is broken stays broken. Data: <c>Data/profile_*.json</c>.</remarks>
internal sealed class CityProfile
{
    private readonly string _name;
    private readonly JsonObject _feeds;

    private CityProfile(string name, JsonObject feeds) => (_name, _feeds) = (name, feeds);

    /// <summary>The profiles that can be named, besides the city's own.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(CityProfile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("city/profile_", StringComparison.Ordinal)).Select(name => name["city/profile_".Length..^".json".Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>Returns a profile.</summary>
    public static CityProfile Of(string name)
    {
        using Stream stream = typeof(CityProfile).Assembly.GetManifestResourceStream($"city/profile_{name}.json")
            ?? throw new ArgumentException($"The profile is '{name}', expected one of {string.Join(", ", Names)}.");
        return new CityProfile(name, JsonNode.Parse(stream)!.AsObject());
    }

    /// <summary>Replaces the files of an inbox, their manifests and the places of planted faults.</summary>
    public void Rewrite(string inbox, string truth, CancellationToken cancellationToken)
    {
        Dictionary<string, (string File, int Shift, IReadOnlyDictionary<string, string> Headers)> renamed = new(StringComparer.Ordinal);
        foreach (string manifest in Directory.GetFiles(inbox, "*.manifest.json").Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            JsonObject stated = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
            string feed = (string)stated["feed"]!;
            if (_feeds[feed] is not JsonObject layout)
            {
                continue;
            }

            FeedContract contract = FeedCatalog.Default.Get(feed);
            string old = (string)stated["file_name"]!;
            string file = ((string)layout["file"]!).Replace("*", Part(contract.FilePattern, old), StringComparison.Ordinal);
            byte[] bytes = Translate(File.ReadAllBytes(Path.Combine(inbox, old)), contract, layout);
            File.Delete(Path.Combine(inbox, old));
            File.Delete(manifest);
            File.WriteAllBytes(Path.Combine(inbox, file), bytes);
            stated["file_name"] = file;
            stated["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
            stated["encoding"] = (string)layout["encoding"]!;
            stated["profile"] = _name;
            File.WriteAllText(Path.Combine(inbox, file + ".manifest.json"), stated.ToJsonString(FeedMapping.Json) + "\n");
            renamed[old] = (file, layout["title"] is null ? 0 : 1, layout["columns"]!.AsArray().Where(column => column!["from"] is not null)
                .ToDictionary(column => contract.Columns[contract.OrdinalOf((string)column!["from"]!)].Header, column => (string)column!["header"]!, StringComparer.Ordinal));
        }

        RewriteFaults(Path.Combine(truth, "faults.csv"), renamed);
    }

    private static void RewriteFaults(string path, Dictionary<string, (string File, int Shift, IReadOnlyDictionary<string, string> Headers)> renamed)
    {
        string[] lines = File.ReadAllLines(path);
        for (int i = 2; i < lines.Length; i++)
        {
            string[] cells = lines[i].Split(',');
            if (renamed.TryGetValue(cells[0], out var to))
            {
                int line = int.Parse(cells[1], CultureInfo.InvariantCulture);
                cells[0] = to.File;
                cells[1] = (line == 0 ? 0 : line + to.Shift).ToString(CultureInfo.InvariantCulture);
                cells[2] = to.Headers.GetValueOrDefault(cells[2], cells[2]);
                lines[i] = string.Join(',', cells);
            }
        }

        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }

    // What stands for the * of the pattern.
    private static string Part(string pattern, string name)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        return name[star..^(pattern.Length - star - 1)];
    }

    private static byte[] Translate(byte[] bytes, FeedContract contract, JsonObject layout)
    {
        string encoding = (string)layout["encoding"]!;
        char delimiter = ((string)layout["delimiter"]!)[0];
        string dates = (string)layout["dates"]!;
        JsonObject codes = layout["codes"]!.AsObject();
        TextDecoder decoder = TextDecoder.For(contract.Encoding, contract.Feed);
        RecordReader reader = new(bytes, bytes.Length, contract.Delimiter);
        reader.Read();
        byte[] scratch = new byte[4096];
        List<string> header = [];
        foreach (Cell cell in reader.Cells)
        {
            header.Add(decoder.Decode(reader.Content(cell, scratch))!);
        }

        var columns = layout["columns"]!.AsArray().Select(column => new Target(
            (string)column!["header"]!,
            (string?)column["from"] is { } from ? header.IndexOf(contract.Columns[contract.OrdinalOf(from)].Header) : -1,
            (string?)column["from"] is { } name ? contract.Columns[contract.OrdinalOf(name)].Parser : ParserKind.Text,
            (string?)column["value"] ?? "",
            (bool?)column["trim_zeros"] ?? false,
            (string?)column["from"] is { } own && codes[own] is JsonObject map ? map.ToDictionary(code => code.Key, code => (string)code.Value!, StringComparer.Ordinal) : null)).ToArray();
        StringBuilder text = new(bytes.Length);
        if (layout["title"] is { } title)
        {
            text.Append((string)title!).Append("\r\n");
        }

        Append(text, columns.Select(column => column.Header), delimiter);
        while (reader.Read())
        {
            List<string> cells = [];
            foreach (Cell cell in reader.Cells)
            {
                cells.Add(decoder.Decode(reader.Content(cell, scratch))!);
            }

            Append(text, columns.Select(column => column.At < 0 ? column.Value : Cell(column, cells[column.At], dates)), delimiter);
        }

        byte[] content = FeedFile.EncodingOf(encoding).GetBytes(text.ToString());
        return encoding == "utf-8-bom" ? [0xEF, 0xBB, 0xBF, .. content] : content;
    }

    private static string Cell(Target column, string text, string dates)
    {
        if (column.Codes is { } codes)
        {
            return codes.GetValueOrDefault(text, text);
        }

        if (column.Parser is ParserKind.Date or ParserKind.EraDate && text.Length > 0)
        {
            return EraDate.Read(text, out DateOnly day, out _) is DateOutcome.Good or DateOutcome.Repaired ? Format(day, dates) : text;
        }

        if (column.Parser == ParserKind.YearMonth && dates == "basic")
        {
            return EraDate.ReadMonth(text, out int month) == DateOutcome.Good ? month.ToString(CultureInfo.InvariantCulture) : text;
        }

        return column.TrimZeros ? text.TrimStart('0') : text;
    }

    private static string Format(DateOnly day, string shape) => shape switch
    {
        "iso" => CityDates.Format(day.DayNumber, DateShape.Iso),
        "slash" => CityDates.Format(day.DayNumber, DateShape.Slash),
        "era_letter" => CityDates.Format(day.DayNumber, DateShape.EraDots),
        "era_code" => CityDates.Format(day.DayNumber, DateShape.EraCode),
        "kanji" => string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{day.Month}月{day.Day}日"),
        "basic" => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "month_day_year" => string.Create(CultureInfo.InvariantCulture, $"{day.Month}/{day.Day}/{day.Year}"),
        "era_zero" => EraZero(CityDates.Format(day.DayNumber, DateShape.EraDots)),
        _ => throw new ArgumentException($"The date shape '{shape}' of a profile is not one that is written."),
    };

    // R5.4.1 as R05.04.01.
    private static string EraZero(string text)
    {
        string[] parts = text[1..].Split('.');
        return text[0] + string.Join('.', parts.Select(part => part.PadLeft(2, '0')));
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells, char delimiter)
    {
        bool isFirst = true;
        foreach (string cell in cells)
        {
            if (!isFirst)
            {
                text.Append(delimiter);
            }

            isFirst = false;
            if (cell.AsSpan().IndexOfAny(delimiter, '"') >= 0)
            {
                text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append(cell);
            }
        }

        text.Append("\r\n");
    }

    private sealed record Target(string Header, int At, ParserKind Parser, string Value, bool TrimZeros, Dictionary<string, string>? Codes);
}
