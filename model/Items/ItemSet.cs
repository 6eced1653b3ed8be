namespace Warehouse.Model.Items;

/// <summary>The items of a set of features; turns any table with those features into bits.</summary>
public sealed class ItemSet
{
    // Below, starting threads takes longer than the work.
    private const long CellsWorthThreads = 200_000;

    private readonly Dictionary<string, int[]> _byFeature;

    /// <summary>Creates an item set from stored features and items.</summary>
    public ItemSet(IReadOnlyList<FeatureSpec> features, IReadOnlyList<Item> items, IReadOnlyList<string>? notes = null)
    {
        Features = features;
        Items = items;
        Notes = notes ?? [];
        _byFeature = items.GroupBy(i => i.Feature, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(i => i.Id).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Features used, in order; constant ones are not among them.</summary>
    public IReadOnlyList<FeatureSpec> Features { get; }

    /// <summary>Items; an item's id is its position.</summary>
    public IReadOnlyList<Item> Items { get; }

    /// <summary>What was left out and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Returns the bits of every item in every row.</summary>
    /// <remarks>Errors: MDL-020 when a feature is missing, MDL-021 when it has the other kind. Cost: O(rows × items).</remarks>
    public BitColumns Encode(FeatureTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] absent = [.. Features.Where(f => table.Find(f.Name) is null).Select(f => f.Name)];
        if (absent.Length > 0)
        {
            throw new ModelException(
                "MDL-020", $"a table without the features {string.Join(", ", absent)}", "all features of the model", "add the columns, or train again");
        }

        int words = BitColumns.WordsFor(table.RowCount);
        var bits = new ulong[Items.Count][];
        foreach (FeatureSpec feature in Features)
        {
            FeatureColumn column = table.Find(feature.Name)!;
            if (column.Spec.Kind != feature.Kind)
            {
                throw new ModelException(
                    "MDL-021", $"feature '{feature.Name}' as {column.Spec.Kind}", $"{feature.Kind}", "deliver it as in training, or train again");
            }

            int[] own = _byFeature.GetValueOrDefault(feature.Name, []);
            if ((long)own.Length * table.RowCount < CellsWorthThreads)
            {
                foreach (int id in own)
                {
                    bits[id] = EncodeItem(Items[id], column, words);
                }
            }
            else
            {
                Parallel.ForEach(own, id => bits[id] = EncodeItem(Items[id], column, words));
            }
        }

        return new BitColumns(table.RowCount, bits);
    }

    internal static ulong[] EncodeItem(Item item, FeatureColumn column, int words)
    {
        var target = new ulong[words];
        int rows = column.RowCount;
        if (column.Numbers is { } numbers)
        {
            (ItemTest test, double cut) = (item.Test, item.Cut);
            for (int w = 0; w < words; w++)
            {
                ReadOnlySpan<double> part = numbers.AsSpan(w << 6, Math.Min(64, rows - (w << 6)));
                ulong word = 0;
                switch (test)
                {
                    case ItemTest.Missing:
                    case ItemTest.Present:
                        for (int i = 0; i < part.Length; i++)
                        {
                            word |= (double.IsNaN(part[i]) == (test == ItemTest.Missing) ? 1UL : 0) << i;
                        }

                        break;
                    case ItemTest.AtLeast:
                        for (int i = 0; i < part.Length; i++)
                        {
                            word |= (part[i] >= cut ? 1UL : 0) << i;
                        }

                        break;
                    case ItemTest.Below:
                        for (int i = 0; i < part.Length; i++)
                        {
                            word |= (part[i] < cut ? 1UL : 0) << i;
                        }

                        break;
                    default:
                        break;
                }

                target[w] = word;
            }

            return target;
        }

        string?[] texts = column.Categories!;
        for (int row = 0; row < rows; row++)
        {
            string? value = texts[row];
            bool holds = item.Test switch
            {
                ItemTest.Missing => value is null,
                ItemTest.Present => value is not null,
                ItemTest.Equal => value is not null && string.Equals(value, item.Category, StringComparison.Ordinal),
                ItemTest.NotEqual => value is not null && !string.Equals(value, item.Category, StringComparison.Ordinal),
                _ => false,
            };
            target[row >> 6] |= (holds ? 1UL : 0) << (row & 63);
        }

        return target;
    }
}
