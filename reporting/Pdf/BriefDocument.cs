using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Warehouse.Reporting.Pdf;

/// <summary>What is printed around the content of every page.</summary>
/// <param name="HandlingMark">How the paper is to be handled, e.g. 取扱注意・会議後回収.</param>
/// <param name="Meeting">The meeting the document is made for.</param>
/// <param name="Recipient">Who receives this copy.</param>
/// <param name="CopyNumber">Number of this copy, from 1.</param>
/// <param name="CopyCount">How many copies were made.</param>
/// <param name="DataDate">The day the data is true for.</param>
/// <param name="BriefId">Identifier of the brief.</param>
/// <param name="ShortHash">First characters of <see cref="BriefDocument.ComputeHash"/>; null until sealed.</param>
/// <param name="Watermark">Text across every page, or null.</param>
public sealed record PageFurniture(
    string? HandlingMark,
    string? Meeting,
    string? Recipient,
    int? CopyNumber,
    int? CopyCount,
    DateOnly DataDate,
    string? BriefId,
    string? ShortHash = null,
    string? Watermark = null)
{
    /// <summary>What stands before the date; null for the date of the data.</summary>
    public string? DateLabel { get; init; }
}

/// <summary>A document as meaning, independent of the engine that draws it.</summary>
/// <remarks>Equal documents have equal canonical bytes, and each engine draws equal bytes from them.</remarks>
public sealed record BriefDocument(
    string Title,
    string Language,
    PageFurniture Furniture,
    IReadOnlyList<Block> Blocks)
{
    private const int ShortHashLength = 12;

    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = false,
    };

    /// <summary>Returns the document as UTF-8 JSON, members in the order of declaration, nulls left out.</summary>
    public byte[] ToCanonicalBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Canonical);

    /// <summary>Reads a document from its canonical bytes.</summary>
    /// <exception cref="JsonException">The bytes are not a document.</exception>
    public static BriefDocument FromCanonicalBytes(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<BriefDocument>(bytes, Canonical)
        ?? throw new JsonException("The bytes hold null where a document was expected.");

    /// <summary>Returns the SHA-256 of the canonical bytes, taken without the short hash itself, as lower-case hexadecimal.</summary>
    public string ComputeHash()
    {
        var unsealed = this with { Furniture = Furniture with { ShortHash = null } };
        return Convert.ToHexStringLower(SHA256.HashData(unsealed.ToCanonicalBytes()));
    }

    /// <summary>Returns the document with its short hash printed in the furniture.</summary>
    public BriefDocument Seal() =>
        this with { Furniture = Furniture with { ShortHash = ComputeHash()[..ShortHashLength] } };
}
