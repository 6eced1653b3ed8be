using System.Text.Json.Serialization;

namespace Warehouse.Model.Items;

/// <summary>Tells whether a feature is a number or a category.</summary>
public enum FeatureKind
{
    /// <summary>A number; NaN is missing.</summary>
    Number,

    /// <summary>A code or text; null is missing.</summary>
    Category,
}

/// <summary>What the domain knows about a feature and the need for support.</summary>
public enum RiskDirection
{
    /// <summary>Nothing: the data decide.</summary>
    Unknown,

    /// <summary>More of it, or yes, never lowers the score.</summary>
    Up,

    /// <summary>More of it, or yes, never raises the score.</summary>
    Down,
}

/// <summary>Describes one feature: how a person reads it and what the model may do with it.</summary>
/// <param name="Name">Stable name, unique in the table; the model finds its columns by it.</param>
/// <param name="JapaneseName">Name shown to case workers.</param>
/// <param name="Kind">Number or category.</param>
public sealed record FeatureSpec(string Name, string JapaneseName, FeatureKind Kind)
{
    /// <summary>Unit in Japanese, written after the number, such as 日 or 回.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Department the data comes from.</summary>
    public string Department { get; init; } = "";

    /// <summary>True when the feature records that the family asked for help; it may then never raise the score.</summary>
    public bool IsHelpSeeking { get; init; }

    /// <summary>How the score may follow the feature; a category needs the codes 1 for yes and 0 for no.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RiskDirection Direction { get; init; }

    /// <summary>True when a support measure can change the feature.</summary>
    public bool IsActionable { get; init; }

    /// <summary>Whether "not recorded" is a condition of its own; false where a missing value says above all that the feature does not apply.</summary>
    public bool HasMissingItem { get; init; } = true;

    /// <summary>Cut points from the domain (30 days absent, ages of checkups), always kept as items.</summary>
    public IReadOnlyList<double> DomainCuts { get; init; } = [];

    /// <summary>Japanese text per category code; a code without a text is shown as it is.</summary>
    public IReadOnlyDictionary<string, string> CategoryTexts { get; init; } = new Dictionary<string, string>();
}
