using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Statistics;

/// <summary>The files of a release, each made from its frozen document alone: the same release gives the same bytes.</summary>
/// <param name="renderer">Draws the booklet.</param>
public sealed class ReleaseFiles(IPdfRenderer renderer)
{
    /// <summary>The formats by name.</summary>
    public static readonly IReadOnlyList<string> Formats = ["csv", "json", "xlsx", "pdf", "jsonld"];

    private const string Stem = "statistics";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All),
    };

    /// <summary>Returns the names of the files of a release, of one format or of all.</summary>
    public static IEnumerable<string> Names(StatisticsRelease release, string? format = null)
    {
        ArgumentNullException.ThrowIfNull(release);
        return release.Tables.Select(table => table.Code + ".csv").Concat(Formats.Skip(1).Select(one => $"{Stem}.{one}"))
            .Where(name => format is null || name.EndsWith("." + format, StringComparison.Ordinal));
    }

    /// <summary>Returns the media type of a file by its name.</summary>
    public static string MediaType(string name) => Path.GetExtension(name) switch
    {
        ".csv" => "text/csv; charset=utf-8",
        ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pdf" => "application/pdf",
        ".jsonld" => "application/ld+json",
        _ => "application/json; charset=utf-8",
    };

    /// <summary>Returns the bytes of a file, or null where the release has no file of this name.</summary>
    /// <exception cref="PdfFontException">The booklet needs a font that is not on the machine.</exception>
    public byte[]? Make(ReleaseRecord record, StatisticsRelease release, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(release);
        switch (name)
        {
            case $"{Stem}.json":
                return Encoding.UTF8.GetBytes(StatisticsWriter.JsonText(release));
            case $"{Stem}.jsonld":
                return Encoding.UTF8.GetBytes(Metadata(record, release));
            case $"{Stem}.xlsx":
                return StatisticsWorkbook.File(release, Title(record, release), Notes(record, release));
            case $"{Stem}.pdf":
                using (MemoryStream stream = new())
                {
                    renderer.Render(StatisticsBooklet.Compose(release, record, Title(record, release), Notes(record, release)), stream, cancellation);
                    return stream.ToArray();
                }

            default:
                return name.EndsWith(".csv", StringComparison.Ordinal) && release.Table(name[..^4]) is { } table ? StatisticsWriter.CsvFile(table, release.Legend) : null;
        }
    }

    /// <summary>Writes the files of a release into a folder and returns their paths.</summary>
    /// <param name="record">The release.</param>
    /// <param name="release">Its document.</param>
    /// <param name="folder">The folder; made where it is not there.</param>
    /// <param name="format">Only this format; null for all.</param>
    /// <param name="cancellation">Stops between files.</param>
    public IReadOnlyList<string> Write(ReleaseRecord record, StatisticsRelease release, string folder, string? format = null, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach (string name in Names(release, format))
        {
            cancellation.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, name);
            File.WriteAllBytes(path, Make(record, release, name, cancellation)!);
            paths.Add(path);
        }

        return paths;
    }

    private static string Title(ReleaseRecord record, StatisticsRelease release) =>
        string.Create(CultureInfo.InvariantCulture, $"こども支援データ連携の統計 第{record.Number}号（{release.AsOf.Year}年{release.AsOf.Month}月時点）");

    private static List<string> Notes(ReleaseRecord record, StatisticsRelease release)
    {
        string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
        List<string> notes = [release.Legend];
        if (release.Profile is { Method: DisclosureMethod.Suppress } profile)
        {
            notes.Add($"市全体で{Number(profile.Threshold(UnitKind.City, null))}人未満、行政区で{Number(profile.Threshold(UnitKind.District, null))}人未満の数は表示しません。");
        }

        notes.Add($"{Number(release.Profile.MinimumDenominator)}人未満を分母とする割合は表示しません。95%区間は、割合の信頼区間（ウィルソン法）です。順位は付けません。");
        notes.Add("「全体より高い・低い」は、偶然では99.8%の範囲に収まるはずの差を超えたときだけ示します。「少なすぎて比べられない」は、全体の半分でも2倍でもおかしくないことを表します。");
        notes.Add("判定は、過去に支援が必要と判断されたこどもとの統計的な類似度であり、高いことは問題があることを意味しません。この結果のみで支援の要否を決めることはありません。");
        notes.Add($"数値は{release.AsKnownUtc.AddHours(9).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}までに届いた記録によります。秘匿の方式：{release.Profile.Name}。");
        if (record.CorrectsNumber is not null)
        {
            notes.Add($"第{Number(record.CorrectsNumber)}号を訂正したものです：{record.Last(ReleaseSteps.Approve)?.NoteText}");
        }

        notes.Add($"照合値（SHA-256）：{record.DocumentSha256}");
        return notes;
    }

    // Data Catalog Vocabulary, W3C Recommendation, version 3 (2024): a dataset for the release, a distribution for each file; addresses relative to the file itself.
    private static string Metadata(ReleaseRecord record, StatisticsRelease release)
    {
        string issued = record.PublicFromUtc!.Value.AddHours(9).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        JsonArray files = new([.. Names(release).Where(name => !name.EndsWith(".jsonld", StringComparison.Ordinal)).Select(name => (JsonNode)new JsonObject
        {
            ["@type"] = "dcat:Distribution",
            ["dct:title"] = Japanese(name.EndsWith(".csv", StringComparison.Ordinal) ? release.Table(name[..^4])!.Title : Title(record, release)),
            ["dcat:downloadURL"] = new JsonObject { ["@id"] = name },
            ["dcat:mediaType"] = MediaType(name).Split(';')[0],
        })]);
        JsonObject dataset = new()
        {
            ["@context"] = new JsonObject
            {
                ["dcat"] = "http://www.w3.org/ns/dcat#",
                ["dct"] = "http://purl.org/dc/terms/",
                ["adms"] = "http://www.w3.org/ns/adms#",
                ["xsd"] = "http://www.w3.org/2001/XMLSchema#",
            },
            ["@type"] = "dcat:Dataset",
            ["dct:identifier"] = "urn:sha256:" + record.DocumentSha256,
            ["dct:title"] = Japanese(Title(record, release)),
            ["dct:description"] = Japanese(string.Join(" ", Notes(record, release))),
            ["dct:issued"] = new JsonObject { ["@type"] = "xsd:date", ["@value"] = issued },
            ["dct:temporal"] = new JsonObject
            {
                ["@type"] = "dct:PeriodOfTime",
                ["dcat:startDate"] = new JsonObject { ["@type"] = "xsd:date", ["@value"] = release.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) },
                ["dcat:endDate"] = new JsonObject { ["@type"] = "xsd:date", ["@value"] = release.AsOf.AddMonths(1).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) },
            },
            ["dct:language"] = "ja",
            ["dcat:version"] = record.Number!.Value.ToString(CultureInfo.InvariantCulture),
            ["dcat:keyword"] = new JsonArray([.. new[] { "こども", "支援", "統計" }.Select(word => (JsonNode)Japanese(word))]),
            ["dcat:distribution"] = files,
        };
        if (record.CorrectsNumber is { } corrected)
        {
            dataset["dcat:previousVersion"] = new JsonObject { ["@id"] = string.Create(CultureInfo.InvariantCulture, $"../{corrected}/{Stem}.jsonld") };
        }

        return dataset.ToJsonString(Json);
    }

    private static JsonObject Japanese(string text) => new() { ["@language"] = "ja", ["@value"] = text };
}
