using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Warehouse.Etl.Link;

/// <summary>How careful linkage is with one source system; data, with the reason beside it (<c>systems.json</c>).</summary>
/// <param name="System">The source system, such as <c>school</c>.</param>
/// <param name="IsSensitive">Whether a wrong link would do special harm; then fewer links are made without a person.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record LinkPolicy(string System, bool IsSensitive, string Reason)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly FrozenDictionary<string, LinkPolicy> Known = Read();

    /// <summary>The systems that the file names.</summary>
    public static IReadOnlyCollection<LinkPolicy> All => Known.Values;

    /// <summary>Returns the policy of a system; one that the file does not name is sensitive.</summary>
    public static LinkPolicy Of(string system) => Known.GetValueOrDefault(system) ?? new LinkPolicy(system, true, "not in the file");

    private static FrozenDictionary<string, LinkPolicy> Read()
    {
        using Stream stream = typeof(LinkPolicy).Assembly.GetManifestResourceStream("link/systems.json")!;
        return JsonSerializer.Deserialize<LinkPolicy[]>(stream, Options)!.ToFrozenDictionary(policy => policy.System, StringComparer.Ordinal);
    }
}
