using System.Globalization;
using System.Numerics;

namespace Warehouse.Model.Items;

/// <summary>Chooses the items of a table without looking at any label.</summary>
public static class ItemEncoder
{
    // A value this frequent is a point mass (most often zero): quantiles are then taken from the other values.
    private const double PointMassShare = 0.3;

    // A negation that holds for more than this share of the recorded values is used alone, not combined.
    private const double RareCategory = 0.85;

    /// <summary>Returns the item set of a table; equal inputs give equal items.</summary>
    /// <remarks>
    /// Errors: MDL-004 when there are no rows. Constant features are dropped with a note.
    /// Cost: O(features × (rows log rows + cuts × rows)).
    /// </remarks>
    public static ItemSet Fit(FeatureTable table, ItemOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (table.RowCount == 0)
        {
            throw new ModelException("MDL-004", "0 rows", "at least one row", "check the snapshot dates and the load");
        }

        options = Fitting(table, options);
        ItemSet set = FitOnce(table, options);
        int minedCuts = options.MaxMinedCuts;
        while (set.Items.Count(i => i.IsMined) > options.MaxMinedItems && minedCuts > 1)
        {
            minedCuts--;
            set = FitOnce(table, options with { MaxMinedCuts = minedCuts });
        }

        int mined = set.Items.Count(i => i.IsMined);
        if (mined > options.MaxMinedItems)
        {
            // Label-free: the items nearest to half of the rows say most on their own.
            BitColumns bits = set.Encode(table);
            var keep = set.Items.Where(i => i.IsMined)
                .OrderBy(i => Math.Abs(Count(bits.Columns[i.Id]) - (table.RowCount / 2.0)))
                .ThenBy(i => i.Id)
                .Take(options.MaxMinedItems)
                .Select(i => i.Id)
                .ToHashSet();
            set = new ItemSet(
                set.Features,
                [.. set.Items.Select(i => i with { IsMined = keep.Contains(i.Id) })],
                [.. set.Notes, $"{mined} items could be combined; the {options.MaxMinedItems} nearest to half of the rows are"]);
        }

        return set;
    }

    // A table of thousands of columns gets fewer cuts each; by the number of columns alone, before anything is encoded.
    private static ItemOptions Fitting(FeatureTable table, ItemOptions options)
    {
        long numbers = table.Columns.Count(c => c.Numbers is not null), others = 2L * table.Columns.Count(c => c.Numbers is null);
        if (numbers == 0 || options.MaxItems >= others + (2 * numbers * (options.MaxCuts + 1L)))
        {
            return options;
        }

        long cuts = Math.Clamp(((options.MaxItems - others) / (2 * numbers)) - 1, 1, options.MaxCuts);
        return options with { MaxCuts = (int)cuts, MaxMinedCuts = (int)Math.Min(cuts, options.MaxMinedCuts) };
    }

    private static ItemSet FitOnce(FeatureTable table, ItemOptions options)
    {
        var features = new List<FeatureSpec>();
        var notes = new List<string>();
        var items = new List<Item>();
        var byBits = new Dictionary<ulong, List<(int Id, ulong[] Bits)>>();
        double low = Math.Max(1, options.MinSupport * table.RowCount);
        double high = Math.Min(table.RowCount - 1, options.MaxSupport * table.RowCount);
        int words = BitColumns.WordsFor(table.RowCount);
        foreach (FeatureColumn column in table.Columns)
        {
            int first = items.Count;
            bool merged = false;
            int recorded = Enumerable.Range(0, column.RowCount).Count(r => !column.IsMissing(r));
            foreach (Item encoded in Candidates(column, options))
            {
                ulong[] bits = ItemSet.EncodeItem(encoded, column, words);
                int count = Count(bits);

                // "Not because of a death" says little more than "recorded" does, and would fill the rules with near copies.
                bool isEmpty = encoded.Test == ItemTest.NotEqual && count > RareCategory * recorded;
                Item candidate = isEmpty ? encoded with { IsMined = false } : encoded;
                if (count < low || count > high)
                {
                    continue;
                }

                ulong hash = Hash(bits);
                if (!byBits.TryGetValue(hash, out List<(int Id, ulong[] Bits)>? same))
                {
                    byBits[hash] = same = [];
                }

                int twin = -1;
                foreach ((int id, ulong[] other) in same)
                {
                    if (other.AsSpan().SequenceEqual(bits))
                    {
                        twin = id;
                        break;
                    }
                }

                if (twin >= 0)
                {
                    // "受給中" reads better than "なしではない": of the two an affirmation is shown.
                    Item kept = items[twin];
                    bool better = candidate.Test == ItemTest.Equal && kept.Test == ItemTest.NotEqual && candidate.Feature == kept.Feature;
                    Item shown = better ? candidate with { Id = kept.Id } : kept;
                    string synonym = better ? kept.Text : candidate.Text;
                    items[twin] = shown with { Synonyms = [.. kept.Synonyms, synonym], IsMined = kept.IsMined || candidate.IsMined };
                    merged = true;
                    continue;
                }

                same.Add((items.Count, bits));
                items.Add(candidate with { Id = items.Count });
            }

            if (items.Count > first)
            {
                features.Add(column.Spec);
            }
            else
            {
                notes.Add(merged
                    ? $"feature '{column.Spec.Name}' repeats other features and was merged into them"
                    : $"feature '{column.Spec.Name}' is constant or nearly so and was dropped");
            }
        }

        return new ItemSet(features, items, notes);
    }

    private static IEnumerable<Item> Candidates(FeatureColumn column, ItemOptions options)
    {
        FeatureSpec spec = column.Spec;
        if (spec.HasMissingItem)
        {
            foreach (Item item in Pair(spec, ItemTest.Missing, ItemTest.Present, 0, null, "記録なし", "記録あり", mined: true))
            {
                yield return item;
            }
        }

        if (column.Numbers is { } numbers)
        {
            double[] present = [.. numbers.Where(v => !double.IsNaN(v))];
            Array.Sort(present);
            double[] coarse = Cuts(present, options.MaxMinedCuts);
            var mined = new SortedSet<double>(coarse);
            mined.UnionWith(spec.DomainCuts);
            var all = new SortedSet<double>(Cuts(present, options.MaxCuts));
            all.UnionWith(mined);
            foreach (double cut in all)
            {
                string number = cut.ToString("0.######", CultureInfo.InvariantCulture);
                string above = $"{spec.JapaneseName}が{number}{spec.Unit}以上";
                string below = $"{spec.JapaneseName}が{number}{spec.Unit}未満";
                foreach (Item item in Pair(spec, ItemTest.AtLeast, ItemTest.Below, cut, null, above, below, mined.Contains(cut), whole: true))
                {
                    yield return item;
                }
            }

            yield break;
        }

        foreach (string category in column.Categories!.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string text = spec.CategoryTexts.TryGetValue(category, out string? known) ? known : category;
            foreach (Item item in Pair(spec, ItemTest.Equal, ItemTest.NotEqual, 0, category, text, text + "ではない", mined: true))
            {
                yield return item;
            }
        }
    }

    private static IEnumerable<Item> Pair(
        FeatureSpec spec, ItemTest test, ItemTest negated, double cut, string? category, string text, string negatedText, bool mined, bool whole = false)
    {
        string positive = whole ? text : $"{spec.JapaneseName}: {text}";
        string negative = whole ? negatedText : $"{spec.JapaneseName}: {negatedText}";
        var item = new Item
        {
            Id = 0,
            Feature = spec.Name,
            Test = test,
            Cut = cut,
            Category = category,
            Text = positive,
            NegatedText = negative,
            Department = spec.Department,
            IsMined = mined,
        };
        yield return item;
        yield return item with { Test = negated, Text = negative, NegatedText = positive };
    }

    // Quantiles of sorted values; with a point mass, the mass against the rest and quantiles of the rest.
    internal static double[] Cuts(double[] sorted, int max)
    {
        if (sorted.Length == 0 || sorted[0] == sorted[^1] || max < 1)
        {
            return [];
        }

        (double mode, int start, int length) = Mode(sorted);
        var cuts = new SortedSet<double>();
        if (length >= PointMassShare * sorted.Length)
        {
            double[] rest = [.. sorted.AsSpan(0, start), .. sorted.AsSpan(start + length)];
            if (start > 0)
            {
                cuts.Add(mode);
            }

            if (start + length < sorted.Length)
            {
                cuts.Add(sorted[start + length]);
            }

            AddQuantiles(cuts, rest, max - cuts.Count);
        }
        else
        {
            AddQuantiles(cuts, sorted, max);
        }

        cuts.RemoveWhere(c => c <= sorted[0] || c > sorted[^1]);
        return [.. cuts];
    }

    private static void AddQuantiles(SortedSet<double> cuts, double[] sorted, int count)
    {
        if (sorted.Length == 0)
        {
            return;
        }

        for (int k = 1; k <= count; k++)
        {
            cuts.Add(Readable(sorted[(int)((long)sorted.Length * k / (count + 1))]));
        }
    }

    // Three significant digits are enough for a threshold a person reads.
    private static double Readable(double value)
    {
        if (value == 0 || Math.Abs(value) >= 1e12 || Math.Abs(value) < 1e-6 || (value == Math.Floor(value) && Math.Abs(value) < 100_000))
        {
            return value;
        }

        int digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        return Math.Round(value, digits, MidpointRounding.ToEven);
    }

    private static (double Mode, int Start, int Length) Mode(double[] sorted)
    {
        (double Mode, int Start, int Length) best = (sorted[0], 0, 0);
        int start = 0;
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i == sorted.Length || sorted[i] != sorted[start])
            {
                if (i - start > best.Length)
                {
                    best = (sorted[start], start, i - start);
                }

                start = i;
            }
        }

        return best;
    }

    private static int Count(ulong[] bits)
    {
        int count = 0;
        foreach (ulong word in bits)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    // Finds candidates only; equality is then checked word by word.
    internal static ulong Hash(ulong[] bits)
    {
        ulong hash = 14695981039346656037;
        foreach (ulong word in bits)
        {
            hash = BitOperations.RotateLeft(hash ^ word, 29) * 0x9E3779B97F4A7C15;
        }

        return hash;
    }
}
