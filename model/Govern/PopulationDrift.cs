using Warehouse.Model.Items;

namespace Warehouse.Model.Govern;

/// <summary>One bin of one feature among the rows that a model learned from.</summary>
/// <param name="Feature">Name of the feature, or <see cref="PopulationDrift.Score"/>.</param>
/// <param name="Bin">Number; 0 is what was not recorded.</param>
/// <param name="Upper">Numbers up to this one are in the bin; null for the last one and for categories.</param>
/// <param name="Category">The value; null for numbers and for the bin of all other values.</param>
/// <param name="Rows">Rows in it.</param>
public sealed record ReferenceBin(string Feature, int Bin, double? Upper, string? Category, long Rows);

/// <summary>How far one feature is from training.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Psi">Population stability index.</param>
/// <param name="Noise">What the index stays below by chance, but for one in a thousand, where nothing has changed.</param>
/// <param name="MissingBefore">Share not recorded in training.</param>
/// <param name="MissingNow">Share not recorded now.</param>
/// <param name="Rows">Rows now.</param>
public sealed record FeatureDrift(string Feature, double Psi, double Noise, double MissingBefore, double MissingNow, int Rows)
{
    /// <summary><c>drift</c>, <c>watch</c> or <c>stable</c>: an index of .25 or .1 and more, where that is more than chance.</summary>
    public string Status => Psi <= Noise || Psi < PopulationDrift.Watch ? "stable" : Psi < PopulationDrift.Drift ? "watch" : "drift";
}

/// <summary>Compares the children that are scored with those a model learned from, feature by feature; pure.</summary>
/// <remarks>
/// The population stability index is the symmetric Kullback–Leibler divergence over bins, with the usual limits of .1 and .25 (Siddiqi, Credit Risk Scorecards, 2006, ch. 10).
/// Without any change it is about (1/n + 1/m) times a chi-squared of one degree less than bins (Yurdakul, Naranjo, Journal of Risk Model Validation 14 (4), 2020), so that
/// a few hundred children can pass .1 by chance alone: a limit counts only beyond the 99.9 % point of that distribution.
/// </remarks>
public static class PopulationDrift
{
    /// <summary>The name under which the log-odds of the model itself are compared.</summary>
    public const string Score = "(score)";

    /// <summary>From here on the index asks for a look.</summary>
    public const double Watch = 0.1;

    /// <summary>From here on the feature is another one than in training.</summary>
    public const double Drift = 0.25;

    private const int Bins = 10;
    private const double RareCategory = 0.01;

    // 99.9 % point of the standard normal distribution.
    private const double Z999 = 3.090232306167813;

    /// <summary>Returns the bins of every column of a table and of the scores of its rows, with their counts.</summary>
    /// <remarks>Cuts are label-free quantiles. A category of fewer than 1 % of the rows is among the others.</remarks>
    public static IReadOnlyList<ReferenceBin> Reference(FeatureTable table, double[] score)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(score);
        return [.. table.Columns.SelectMany(Bin), .. Numbers(Score, score)];
    }

    /// <summary>Returns how far the rows of a table, and their scores, are from the reference; in the order of the reference. A feature of which the table knows nothing is left out.</summary>
    /// <param name="reference">Bins of the training.</param>
    /// <param name="independent">Children behind the rows of the training: rows of one child at several snapshots are not independent.</param>
    /// <param name="table">Features now, one row a child.</param>
    /// <param name="score">Log-odds now.</param>
    public static IReadOnlyList<FeatureDrift> Compare(IReadOnlyList<ReferenceBin> reference, long independent, FeatureTable table, double[] score)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(score);
        List<FeatureDrift> result = [];
        foreach (IGrouping<string, ReferenceBin> feature in reference.GroupBy(bin => bin.Feature, StringComparer.Ordinal))
        {
            ReferenceBin[] bins = [.. feature.OrderBy(bin => bin.Bin)];
            Func<int, int>? find = feature.Key == Score ? Finder(bins, score) : table.Find(feature.Key) is { } column ? Finder(bins, column) : null;
            if (find is null || score.Length == 0)
            {
                continue;
            }

            var now = new long[bins.Length];
            for (int row = 0; row < score.Length; row++)
            {
                now[find(row)]++;
            }

            result.Add(Of(feature.Key, [.. bins.Select(bin => bin.Rows)], now, independent));
        }

        return result;
    }

    /// <summary>Returns the index of two sets of counts over the same bins; the first bin is what was not recorded.</summary>
    internal static FeatureDrift Of(string feature, long[] before, long[] now, long independent)
    {
        double n = before.Sum(), m = now.Sum(), psi = 0;
        int used = 0;
        for (int b = 0; b < before.Length; b++)
        {
            if (before[b] == 0 && now[b] == 0)
            {
                continue;
            }

            // Half a row in an empty bin: the index of an empty one would be infinite.
            double p = Math.Max(before[b], 0.5) / n, q = Math.Max(now[b], 0.5) / m;
            psi += (q - p) * Math.Log(q / p);
            used++;
        }

        double noise = used < 2 ? 0 : ((1.0 / Math.Max(1, independent)) + (1 / m)) * ChiSquared999(used - 1);
        return new FeatureDrift(feature, psi, noise, before[0] / n, now[0] / m, (int)m);
    }

    /// <summary>Returns the 99.9 % point of a chi-squared distribution.</summary>
    /// <remarks>Wilson, Hilferty, PNAS 17 (1931): at this point 3 % above the exact value at one degree of freedom, 1 % at five and less beyond.</remarks>
    internal static double ChiSquared999(int degrees)
    {
        double k = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - k + (Z999 * Math.Sqrt(k)), 3);
    }

    private static IEnumerable<ReferenceBin> Bin(FeatureColumn column) =>
        column.Numbers is { } numbers ? Numbers(column.Spec.Name, numbers) : Categories(column.Spec.Name, column.Categories!);

    private static IEnumerable<ReferenceBin> Numbers(string name, double[] values)
    {
        double[] present = [.. values.Where(v => !double.IsNaN(v)).Order()];

        // The last value at or below each quantile; a value that fills several quantiles gives one bin.
        double[] uppers = present.Length == 0 ? [] : [.. Enumerable.Range(1, Bins - 1).Select(b => present[(int)((long)(present.Length - 1) * b / Bins)]).Distinct().Where(v => v < present[^1])];
        ReferenceBin[] bins = [new(name, 0, null, null, 0), .. uppers.Select((u, i) => new ReferenceBin(name, i + 1, u, null, 0)), new(name, uppers.Length + 1, null, null, 0)];
        return Count(bins, Finder(bins, values), values.Length);
    }

    private static IEnumerable<ReferenceBin> Categories(string name, string?[] values)
    {
        string[] kept = [.. values.OfType<string>().GroupBy(v => v, StringComparer.Ordinal).Where(g => g.Count() >= RareCategory * values.Length).Select(g => g.Key).Order(StringComparer.Ordinal)];
        ReferenceBin[] bins = [new(name, 0, null, null, 0), .. kept.Select((v, i) => new ReferenceBin(name, i + 1, null, v, 0)), new(name, kept.Length + 1, null, null, 0)];
        return Count(bins, Finder(bins, values), values.Length);
    }

    private static IEnumerable<ReferenceBin> Count(ReferenceBin[] bins, Func<int, int> find, int rows)
    {
        var counts = new long[bins.Length];
        for (int row = 0; row < rows; row++)
        {
            counts[find(row)]++;
        }

        return bins.Select((bin, i) => bin with { Rows = counts[i] });
    }

    private static Func<int, int> Finder(ReferenceBin[] bins, FeatureColumn column) =>
        column.Numbers is { } numbers ? Finder(bins, numbers) : Finder(bins, column.Categories!);

    private static Func<int, int> Finder(ReferenceBin[] bins, double[] values)
    {
        double[] uppers = [.. bins.Skip(1).Select(bin => bin.Upper).OfType<double>()];
        return row =>
        {
            if (double.IsNaN(values[row]))
            {
                return 0;
            }

            int at = Array.BinarySearch(uppers, values[row]);
            return 1 + (at < 0 ? ~at : at);
        };
    }

    private static Func<int, int> Finder(ReferenceBin[] bins, string?[] values)
    {
        Dictionary<string, int> numbers = bins.Where(bin => bin.Category is not null).ToDictionary(bin => bin.Category!, bin => bin.Bin, StringComparer.Ordinal);
        return row => values[row] is not { } value ? 0 : numbers.GetValueOrDefault(value, bins.Length - 1);
    }
}
