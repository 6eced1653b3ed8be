using System.Text.Json;
using Warehouse.Reporting.Briefs;

namespace Warehouse.Reporting.Casework;

/// <summary>One condition of an entitlement: a fact of the child within bounds.</summary>
/// <param name="Fact">One of <see cref="EntitlementRules.Facts"/>.</param>
/// <param name="From">The least value.</param>
/// <param name="To">The greatest value.</param>
public sealed record EntitlementCondition(string Fact, int From, int To);

/// <summary>One rule that says who could have what; read from data, so that an office changes it without a program.</summary>
/// <param name="Code">The benefit or service, as the warehouse codes it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Office">Where to apply.</param>
/// <param name="Rule">The rule in words, shown beside the finding.</param>
/// <param name="Basis">The law that it comes from.</param>
/// <param name="When">All conditions hold.</param>
/// <param name="Unless">None of these is received or used.</param>
public sealed record EntitlementRule(string Code, string Name, string Office, string Rule, string Basis, IReadOnlyList<EntitlementCondition> When, IReadOnlyList<string> Unless);

/// <summary>Finds what a family could have and does not use: a reason to make contact, never a sign of anything.</summary>
public static class EntitlementRules
{
    /// <summary>The facts that a rule may name.</summary>
    public static readonly IReadOnlyList<string> Facts = ["age_months", "grade", "single_parent", "has_grandparent", "in_nursery", "low_income_benefit"];

    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    private static readonly Lazy<IReadOnlyList<EntitlementRule>> Standard = new(() =>
    {
        using Stream stream = typeof(EntitlementRules).Assembly.GetManifestResourceStream("casework/entitlements.json")!;
        return Parse(stream);
    });

    /// <summary>The rules of this release.</summary>
    public static IReadOnlyList<EntitlementRule> Default => Standard.Value;

    /// <summary>Reads rules.</summary>
    /// <exception cref="JsonException">The text is no list of rules, or a rule names a fact that there is not.</exception>
    public static IReadOnlyList<EntitlementRule> Parse(Stream json)
    {
        List<EntitlementRule> rules = JsonSerializer.Deserialize<List<EntitlementRule>>(json, Options) ?? [];
        string? unknown = rules.SelectMany(rule => rule.When).Select(condition => condition.Fact).FirstOrDefault(fact => !Facts.Contains(fact));
        return unknown is null ? rules : throw new JsonException($"A rule names the fact '{unknown}'; expected one of {string.Join(", ", Facts)}.");
    }

    /// <summary>Returns the rules that hold for a child who does not receive what they are about.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="record">The child.</param>
    /// <param name="received">Codes of benefits that hold and services used within a year.</param>
    /// <param name="asOf">The day.</param>
    public static IReadOnlyList<EntitlementRule> Unused(IReadOnlyList<EntitlementRule> rules, ChildRecord record, IReadOnlyCollection<string> received, DateOnly asOf)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(received);
        Dictionary<string, int> facts = new(StringComparer.Ordinal)
        {
            ["age_months"] = record.Child.AgeMonths,
            ["grade"] = record.Child.GradeCode,
            ["low_income_benefit"] = received.Contains("child_rearing_allowance") || received.Contains("public_assistance") ? 1 : 0,
            ["in_nursery"] = record.Nurseries.Any(stay => stay.ValidFrom <= asOf && stay.ValidTo >= asOf) ? 1 : 0,
        };
        // Without a household on record nothing is said that depends on it.
        if (record.Flags is { } household)
        {
            facts["single_parent"] = household.IsSingleParent;
            facts["has_grandparent"] = household.HasGrandparent;
        }

        return rules
            .Where(rule => rule.When.All(condition => facts.TryGetValue(condition.Fact, out int value) && value >= condition.From && value <= condition.To)
                && !rule.Unless.Any(received.Contains))
            .ToList();
    }
}
