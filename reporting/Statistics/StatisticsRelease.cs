using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Reporting.Statistics;

/// <summary>The released tables of one month, with what a reader needs to understand them: the document that is frozen.</summary>
/// <param name="ReleaseId">The number in the register of releases.</param>
/// <param name="AsOf">The month of the figures, by its first day.</param>
/// <param name="AsKnownUtc">The state of knowledge: what departments had told.</param>
/// <param name="CountedUtc">When it was counted first: what the program itself had written by then.</param>
/// <param name="Profile">The profile of disclosure control.</param>
/// <param name="Tables">The tables.</param>
/// <param name="Funnel">The way from population to list; a step is null where it is hidden.</param>
/// <param name="Protection">What disclosure control did.</param>
public sealed record StatisticsRelease(
    long ReleaseId,
    DateOnly AsOf,
    DateTime AsKnownUtc,
    DateTime CountedUtc,
    DisclosureProfile Profile,
    IReadOnlyList<ReleasedTable> Tables,
    IReadOnlyList<FunnelStep> Funnel,
    ProtectionNote Protection)
{
    // What can be computed from the rest is not stored.
    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        IgnoreReadOnlyProperties = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The marks and rules explained, as printed under every table.</summary>
    public string Legend => Profile.Method switch
    {
        DisclosureMethod.RoundEach => $"{StatisticsWriter.Legend}　その他の数は{Profile.RoundingBase}の倍数に丸めたもので、合計と内訳の和は一致しないことがある",
        DisclosureMethod.RoundTogether => $"{StatisticsWriter.Legend}　すべての数は合計を保って{Profile.RoundingBase}の倍数に丸めたもの",
        _ => StatisticsWriter.Legend,
    };

    /// <summary>How many figures are hidden, each as often as a table shows it.</summary>
    public int HiddenCount => Tables.Sum(table => table.HiddenCount);

    /// <summary>Returns the table of a name, or null.</summary>
    public ReleasedTable? Table(string code) => Tables.FirstOrDefault(table => table.Code == code);

    /// <summary>Returns the release as the text that is frozen: JSON, members in the order of declaration.</summary>
    public string ToCanonicalText() => JsonSerializer.Serialize(this, Canonical);

    /// <summary>Reads a release from its frozen text.</summary>
    /// <exception cref="JsonException">The text is not a release.</exception>
    public static StatisticsRelease FromCanonicalText(string text) =>
        JsonSerializer.Deserialize<StatisticsRelease>(text, Canonical) ?? throw new JsonException("The text holds null where a release was expected.");

    /// <summary>Returns whether the tables are defined as in this catalogue.</summary>
    public bool HasCatalogue(IReadOnlyList<TableDefinition> catalogue) =>
        JsonSerializer.Serialize(Tables.Select(table => table.Definition), Canonical) == JsonSerializer.Serialize(catalogue.AsEnumerable(), Canonical);

    /// <summary>Returns the SHA-256 of a frozen text in UTF-8, as lower-case hexadecimal.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>One step of the funnel; <paramref name="Count"/> is null where it is hidden.</summary>
public sealed record FunnelStep(string Code, string Title, long? Count);

/// <summary>What disclosure control did.</summary>
/// <param name="AuditedFigures">How many figures and differences from earlier releases were found safe.</param>
/// <param name="SecondaryCost">What the figures hidden for the sake of others cost.</param>
/// <param name="SecondaryBound">No set of such figures that protects all costs less; null where figures are rounded.</param>
public sealed record ProtectionNote(int AuditedFigures, long SecondaryCost, long? SecondaryBound);
