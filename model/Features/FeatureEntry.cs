using Warehouse.Model.Items;

namespace Warehouse.Model.Features;

/// <summary>One feature of the catalogue: what it says, where it comes from and whether the model may use it.</summary>
public sealed record FeatureEntry
{
    /// <summary>Stable key; also in <c>dim.feature</c>.</summary>
    public required int Key { get; init; }

    /// <summary>Stable name.</summary>
    public required string Name { get; init; }

    /// <summary>Name that staff read.</summary>
    public required string JapaneseName { get; init; }

    /// <summary>Unit in Japanese; empty for categories.</summary>
    public required string Unit { get; init; }

    /// <summary>Feed that the feature comes from.</summary>
    public required string Feed { get; init; }

    /// <summary>Department that owns the feed.</summary>
    public required string Department { get; init; }

    /// <summary><c>number</c> or <c>category</c>.</summary>
    public required string ValueKind { get; init; }

    /// <summary>Columns of the feed contracts behind the feature, as <c>feed.column</c>.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>True when it records that the family asked for help; it then never raises a score.</summary>
    public required bool IsHelpSeeking { get; init; }

    /// <summary>False keeps it out of every model; it may still describe groups in the fairness figures.</summary>
    public required bool IsApproved { get; init; }

    /// <summary>True when support can change it.</summary>
    public required bool IsActionable { get; init; }

    /// <summary><c>up</c> where the domain knows that more of it (or yes) never lowers the need, <c>down</c> for the opposite, null where it does not say.</summary>
    /// <remarks>Help-seeking has none: asking for help never raises a score, which <see cref="IsHelpSeeking"/> says.</remarks>
    public string? RiskDirection { get; init; }

    /// <summary>The situations in one of which a child must be for the feature to say anything (<see cref="FeatureValues.Applies"/>); empty for every child.</summary>
    /// <remarks>Where it does not apply, a missing value is no gap in the records: it makes no condition and is not listed as unknown.</remarks>
    public IReadOnlyList<string> AppliesTo { get; init; } = [];

    /// <summary>Cut points that the domain knows.</summary>
    public IReadOnlyList<double> DomainCuts { get; init; } = [];

    /// <summary>Months after which what happened no longer counts; null where the name gives the window.</summary>
    public int? ExpiryMonths { get; init; }

    /// <summary>Text per category code.</summary>
    public IReadOnlyDictionary<string, string> CategoryTexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Why it is as it is; for readers of the catalogue.</summary>
    public string? Note { get; init; }

    /// <summary>Returns what the model library needs to know.</summary>
    public FeatureSpec ToSpec() => new(Name, JapaneseName, ValueKind == "number" ? FeatureKind.Number : FeatureKind.Category)
    {
        Unit = Unit,
        Department = Department,
        IsHelpSeeking = IsHelpSeeking,
        IsActionable = IsActionable,
        Direction = RiskDirection switch
        {
            "up" => Items.RiskDirection.Up,
            "down" => Items.RiskDirection.Down,
            _ => Items.RiskDirection.Unknown,
        },
        HasMissingItem = AppliesTo.Count == 0,
        DomainCuts = DomainCuts,
        CategoryTexts = CategoryTexts,
    };
}
