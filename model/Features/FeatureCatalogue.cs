using System.Text.Json;
using Warehouse.Model.Items;

namespace Warehouse.Model.Features;

/// <summary>All features that can be computed, with their approval; the only way into a feature table.</summary>
public sealed class FeatureCatalogue
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly Lazy<FeatureCatalogue> Own = new(() =>
    {
        using Stream stream = typeof(FeatureCatalogue).Assembly.GetManifestResourceStream("features.json")!;
        using StreamReader reader = new(stream);
        return Parse(reader.ReadToEnd());
    });

    private readonly Dictionary<string, FeatureEntry> _byName;

    private FeatureCatalogue(IReadOnlyList<FeatureEntry> entries)
    {
        Entries = entries;
        _byName = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The catalogue of this release.</summary>
    public static FeatureCatalogue Default => Own.Value;

    /// <summary>All features, by key.</summary>
    public IReadOnlyList<FeatureEntry> Entries { get; }

    /// <summary>Returns the feature of that name.</summary>
    public FeatureEntry this[string name] => _byName[name];

    /// <summary>Returns the feature of that name, or null.</summary>
    public FeatureEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a catalogue from its JSON and checks it.</summary>
    /// <remarks>Errors: MDL-030 with every fault of the catalogue.</remarks>
    public static FeatureCatalogue Parse(string json)
    {
        FeatureEntry[] entries = JsonSerializer.Deserialize<FeatureEntry[]>(json, Json) ?? [];
        string[] faults = [.. Faults(entries)];
        if (faults.Length > 0)
        {
            throw new ModelException("MDL-030", string.Join("; ", faults), "a catalogue without faults", "correct features.json");
        }

        return new FeatureCatalogue([.. entries.OrderBy(e => e.Key)]);
    }

    /// <summary>Returns why features may not be used, given the class of every contract column as <c>feed.column</c>.</summary>
    /// <remarks>
    /// Identity and free text are never features, except a birth date, of which the month alone reaches the warehouse. Columns filled
    /// after the decision, and the decision itself, would let the model read the answer. What is secret by tax law is not approved,
    /// and the restricted class is for contact safety only.
    /// </remarks>
    public IEnumerable<string> ContractFaults(IReadOnlyDictionary<string, string> classes)
    {
        foreach (FeatureEntry entry in Entries)
        {
            foreach (string source in entry.Sources)
            {
                if (!classes.TryGetValue(source, out string? kind))
                {
                    yield return $"{entry.Name}: no contract has the column {source}";
                    continue;
                }

                bool isForbidden = kind is "post-decision" or "free-text" or "restricted"
                    || (kind == "identity" && source != "resident.birth_date")
                    || IsDecision(source)
                    || (kind == "tax-secret" && entry.IsApproved);
                if (isForbidden)
                {
                    yield return $"{entry.Name}: {source} is {kind} and may not be a feature";
                }
            }
        }
    }

    private static IEnumerable<string> Faults(FeatureEntry[] entries)
    {
        foreach (IGrouping<string, FeatureEntry> group in entries.GroupBy(e => e.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"the name {group.Key} is used {group.Count()} times";
        }

        foreach (IGrouping<int, FeatureEntry> group in entries.GroupBy(e => e.Key).Where(g => g.Count() > 1))
        {
            yield return $"the key {group.Key} is used {group.Count()} times";
        }

        foreach (FeatureEntry entry in entries)
        {
            if (entry.Key < 1)
            {
                yield return $"{entry.Name}: the key is below 1; 0 means none";
            }

            if (entry.ValueKind is not ("number" or "category"))
            {
                yield return $"{entry.Name}: the kind is '{entry.ValueKind}', not number or category";
            }

            if (entry.Sources.Count == 0)
            {
                yield return $"{entry.Name}: no source column";
            }

            foreach (string source in entry.Sources.Where(IsDecision))
            {
                yield return $"{entry.Name}: {source} is the answer or was filled after it";
            }

            if (entry.IsHelpSeeking && entry.IsApproved && entry.Unit == "か月")
            {
                yield return $"{entry.Name}: a short time since asking for help would raise the score";
            }

            if (entry.RiskDirection is not (null or "up" or "down"))
            {
                yield return $"{entry.Name}: the direction is '{entry.RiskDirection}', not up or down";
            }

            if (entry.RiskDirection is not null && entry.IsHelpSeeking)
            {
                yield return $"{entry.Name}: asking for help has no direction but never raises a score";
            }

            if (entry.RiskDirection is not null && entry.ValueKind == "category" && !entry.CategoryTexts.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(["0", "1"]))
            {
                yield return $"{entry.Name}: a direction needs a number, or the categories 1 for yes and 0 for no";
            }

            foreach (string situation in entry.AppliesTo.Where(name => !FeatureValues.HasSituation(name)))
            {
                yield return $"{entry.Name}: it applies to '{situation}', which nothing tells";
            }

            if (!FeatureValues.Has(entry.Name))
            {
                yield return $"{entry.Name}: nothing computes it";
            }
        }
    }

    private static bool IsDecision(string source) => source is "consultation.decision_code" or "consultation.decision_date"
        or "consultation.closed_date" or "consultation.intake_class"
        || source.StartsWith("council_case.", StringComparison.Ordinal) || source.StartsWith("dv_consultation.", StringComparison.Ordinal);
}
