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
    /// <summary>The vendor whose private-use characters the file holds; null where the manifest states none.</summary>
    public string? Vendor { get; init; }

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
                FileNameOf(root.GetProperty("file_name").GetString()!, where),
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
                Vendor = root.TryGetProperty("vendor", out JsonElement vendor) ? vendor.GetString() : null,
                Profile = root.TryGetProperty("profile", out JsonElement profile) ? profile.GetString() : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException or IOException or UnauthorizedAccessException)
        {
            throw FeedException.Of("FEED-004", where, "a manifest that cannot be read", "JSON with feed, file_name, row_count, sha256, encoding, extracted_at, period_from, period_to, part and parts", "Ask the sender for the file again.", exception);
        }
    }

    // The file lies beside its manifest: a name that leads elsewhere is not shortened but refused.
    private static string FileNameOf(string name, string where) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0 && !name.AsSpan().ContainsAnyInRange('\0', '\u001F')
            ? name
            : throw FeedException.Of("FEED-011", where, "a file_name that is a path or no name at all", "the bare name of a file beside the manifest", "Do not load this delivery: ask the sender why the manifest points elsewhere.");

    private static DateOnly Day(JsonElement element) => DateOnly.ParseExact(element.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
