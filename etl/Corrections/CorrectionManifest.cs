using System.Text.Json;

namespace Warehouse.Etl.Corrections;

/// <summary>What lies beside a correction report in the inbox: <c>{"kind": "correction", "file_name": "…"}</c>.</summary>
/// <param name="Path">The report.</param>
/// <param name="Name">The name of the report.</param>
public sealed record CorrectionManifest(string Path, string Name)
{
    /// <summary>Returns whether a manifest is one of a correction report.</summary>
    public static bool Is(string path) => Read(path) is not null;

    /// <summary>Returns the correction reports of an inbox, by name.</summary>
    public static IReadOnlyList<CorrectionManifest> Of(string inbox) => Directory.Exists(inbox)
        ? [.. Directory.GetFiles(inbox, "*.manifest.json").Order(StringComparer.Ordinal).Select(Read).OfType<CorrectionManifest>()]
        : [];

    private static CorrectionManifest? Read(string path)
    {
        try
        {
            string json = File.ReadAllText(path);
            if (!json.Contains("\"correction\"", StringComparison.Ordinal))
            {
                return null;
            }

            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("kind", out JsonElement kind) || kind.GetString() != "correction")
            {
                return null;
            }

            // A name with a folder in it stays within the inbox.
            string name = document.RootElement.TryGetProperty("file_name", out JsonElement file) ? System.IO.Path.GetFileName(file.GetString() ?? "") : "";
            return new CorrectionManifest(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, name), name);
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException)
        {
            // What cannot be read is reported by the load, as any other manifest.
            return null;
        }
    }
}
