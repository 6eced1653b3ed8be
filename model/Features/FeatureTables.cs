using Warehouse.Model.Items;

namespace Warehouse.Model.Features;

/// <summary>Turns what is known about children into the table that the model reads.</summary>
public static class FeatureTables
{
    /// <summary>Returns a table of the given features, one row per child, in the order of the rows.</summary>
    public static FeatureTable Build(IReadOnlyList<ChildFacts> rows, IEnumerable<FeatureEntry> features)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(features);
        return new FeatureTable([.. features.Select(feature => Column(rows, feature))]);
    }

    private static FeatureColumn Column(IReadOnlyList<ChildFacts> rows, FeatureEntry feature)
    {
        FeatureSpec spec = feature.ToSpec();
        if (spec.Kind == FeatureKind.Number)
        {
            var numbers = new double[rows.Count];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = FeatureValues.Number(feature.Name, rows[i]);
            }

            return FeatureColumn.Number(spec, numbers);
        }

        var texts = new string?[rows.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = FeatureValues.Category(feature.Name, rows[i]);
        }

        return FeatureColumn.Category(spec, texts);
    }
}
