namespace Warehouse.Model.Items;

/// <summary>The test an item makes on its feature.</summary>
/// <remarks>Only <see cref="Missing"/> is true on a missing value; every other test is false on it.</remarks>
public enum ItemTest
{
    /// <summary>The value is missing.</summary>
    Missing,

    /// <summary>The value is recorded.</summary>
    Present,

    /// <summary>The category is the given one.</summary>
    Equal,

    /// <summary>The category is recorded and another one.</summary>
    NotEqual,

    /// <summary>The number is at least the cut.</summary>
    AtLeast,

    /// <summary>The number is recorded and below the cut.</summary>
    Below,
}

/// <summary>One readable yes/no condition on one feature. Negations are items of their own.</summary>
public sealed record Item
{
    /// <summary>Position in the item set.</summary>
    public required int Id { get; init; }

    /// <summary>Name of the feature tested.</summary>
    public required string Feature { get; init; }

    /// <summary>The test made.</summary>
    public required ItemTest Test { get; init; }

    /// <summary>Cut point of a number test, otherwise 0.</summary>
    public double Cut { get; init; }

    /// <summary>Category of a category test, otherwise null.</summary>
    public string? Category { get; init; }

    /// <summary>Japanese text of the condition.</summary>
    public required string Text { get; init; }

    /// <summary>Japanese text of its negation.</summary>
    public required string NegatedText { get; init; }

    /// <summary>Department of the feature.</summary>
    public string Department { get; init; } = "";

    /// <summary>True when the miner combines the item; false when it is used alone only (fine cuts).</summary>
    public bool IsMined { get; init; }

    /// <summary>Texts of other conditions that hold in exactly the same rows.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>True when the test affirms the feature: recorded, equal or at least.</summary>
    public bool IsAffirmative => Test is ItemTest.Present or ItemTest.Equal or ItemTest.AtLeast;
}

/// <summary>Settings for turning features into items. All cuts are chosen without looking at labels.</summary>
public sealed record ItemOptions
{
    /// <summary>Greatest number of quantile cuts per number feature.</summary>
    public int MaxCuts { get; init; } = 31;

    /// <summary>Quantile cuts per number feature that the miner combines; domain cuts are always combined.</summary>
    public int MaxMinedCuts { get; init; } = 3;

    /// <summary>Greatest number of items the miner combines; fewer quantile cuts are taken until it holds.</summary>
    public int MaxMinedItems { get; init; } = 200;

    /// <summary>Greatest number of items over all; fewer quantile cuts are taken until it holds, one at least.</summary>
    public int MaxItems { get; init; } = int.MaxValue;

    /// <summary>Smallest share of rows in which an item holds.</summary>
    public double MinSupport { get; init; } = 0.005;

    /// <summary>Greatest share of rows in which an item holds; broader ones say nothing.</summary>
    public double MaxSupport { get; init; } = 0.95;
}
