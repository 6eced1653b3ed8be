namespace Warehouse.Model.Items;

/// <summary>The signs that the weight of a condition or a conjunction may not have.</summary>
/// <remarks>
/// A conjunction takes over the limits of all its conditions. Every term with a condition on a directed feature then goes with it, so that the score is
/// monotone in that feature: among children for whom it is recorded, more of what worries never gives a lower score, whatever else is on record.
/// A conjunction of two opposite directions would break one of them with any weight and has none.
/// </remarks>
[Flags]
public enum WeightSign
{
    /// <summary>Any weight.</summary>
    Free = 0,

    /// <summary>Zero or more.</summary>
    NotNegative = 1,

    /// <summary>Zero or less.</summary>
    NotPositive = 2,

    /// <summary>Zero: of no use as a term.</summary>
    None = NotNegative | NotPositive,
}

/// <summary>Derives the permitted signs of weights from what is declared about features.</summary>
public static class WeightSigns
{
    /// <summary>Returns the limits of one condition.</summary>
    /// <remarks>
    /// Whether a value is recorded says nothing about a direction. For help-seeking "recorded" counts as having asked, and so does every recorded category but
    /// 0 for no: a lower score for those who did not ask would be a higher one for those who did.
    /// </remarks>
    public static WeightSign Of(FeatureSpec feature, Item item)
    {
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(item);
        if (feature.IsHelpSeeking)
        {
            return Asked(item) ? WeightSign.NotPositive : WeightSign.NotNegative;
        }

        if (feature.Direction == RiskDirection.Unknown || item.Test is ItemTest.Missing or ItemTest.Present)
        {
            return WeightSign.Free;
        }

        bool isMore = item.Test switch
        {
            ItemTest.AtLeast => true,
            ItemTest.Below => false,
            _ => (item.Test == ItemTest.Equal) == (item.Category == "1"),
        };
        return isMore == (feature.Direction == RiskDirection.Up) ? WeightSign.NotNegative : WeightSign.NotPositive;
    }

    private static bool Asked(Item item) => item.Test switch
    {
        ItemTest.Equal => item.Category != "0",
        ItemTest.NotEqual => item.Category != "1",
        _ => item.IsAffirmative,
    };

    /// <summary>Returns the limits of each item of a set, by id.</summary>
    public static WeightSign[] Of(ItemSet items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Dictionary<string, FeatureSpec> features = items.Features.ToDictionary(f => f.Name, StringComparer.Ordinal);
        return [.. items.Items.Select(item => features.TryGetValue(item.Feature, out FeatureSpec? feature) ? Of(feature, item) : WeightSign.Free)];
    }

    /// <summary>Returns the limits of a conjunction.</summary>
    public static WeightSign Of(WeightSign[] signs, IEnumerable<int> items) => items.Aggregate(WeightSign.Free, (sign, id) => sign | signs[id]);

    /// <summary>Tells whether a weight is permitted.</summary>
    public static bool Permits(this WeightSign sign, double weight) =>
        weight == 0 || (weight > 0 ? (sign & WeightSign.NotPositive) == 0 : (sign & WeightSign.NotNegative) == 0);
}
