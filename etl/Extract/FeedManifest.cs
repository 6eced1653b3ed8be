using System.Globalization;
using System.Text.Json;

namespace Warehouse.Etl.Extract;

/// <summary>What a department states about one file, in <c>&lt;file&gt;.manifest.json</c> beside it.</summary>
public sealed record FeedManifest(
    string Feed,
    string FileName,
    long RowCount,
    string Sha256,
    string Encoding,
    DateTime ExtractedUtc,
    DateOnly PeriodFrom,
    DateOnly PeriodTo,
    int Part,
    int Parts,
    string Json)
{
    /// <summary>The vendor profile whose mapping reads the file; null where the manifest names none.</summary>
    public string? Profile { get; init; }

    /// <summary>Returns the manifest of a file.</summary>
    /// <exception cref="FeedException">The manifest cannot be read.</exception>
    public static FeedManifest Read(string path)
    {
        string where = Path.GetFileName(path);
        try
        {
            string json = File.ReadAllText(path);
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new FeedManifest(
                root.GetProperty("feed").GetString()!,
                root.GetProperty("file_name").GetString()!,
                root.GetProperty("row_count").GetInt64(),
                root.GetProperty("sha256").GetString()!.ToLowerInvariant(),
                root.GetProperty("encoding").GetString()!,
                DateTimeOffset.Parse(root.GetProperty("extracted_at").GetString()!, CultureInfo.InvariantCulture).UtcDateTime,
                Day(root.GetProperty("period_from")),
                Day(root.GetProperty("period_to")),
                root.GetProperty("part").GetInt32(),
                root.GetProperty("parts").GetInt32(),
                json)
            {
                Profile = root.TryGetProperty("profile", out JsonElement profile) ? profile.GetString() : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException or IOException)
        {
            throw FeedException.Of("FEED-004", where, "a manifest that cannot be read", "JSON with feed, file_name, row_count, sha256, encoding, extracted_at, period_from, period_to, part and parts", "Ask the sender for the file again.", exception);
        }
    }

    private static DateOnly Day(JsonElement element) => DateOnly.ParseExact(element.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
