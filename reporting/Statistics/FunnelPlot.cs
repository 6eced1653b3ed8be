namespace Warehouse.Reporting.Statistics;

/// <summary>One district of a funnel plot.</summary>
/// <param name="Row">Its place in the table.</param>
/// <param name="Title">Its name.</param>
/// <param name="Count">The denominator.</param>
/// <param name="Share">Its rate as printed.</param>
/// <param name="Smoothed">The rate moved towards the common one, the more the fewer it rests on.</param>
/// <param name="Comparison">What can be said of it beside the common rate.</param>
public sealed record FunnelPoint(int Row, string Title, long Count, double Share, double Smoothed, RateComparison Comparison);

/// <summary>The limits of chance at a denominator.</summary>
public readonly record struct FunnelLimit(double Count, double Low95, double High95, double Low998, double High998);

/// <summary>Rates of districts against how many they rest on, with the limits within which chance alone would keep them; no order, no rank.</summary>
/// <remarks>
/// Limits at 95 % and 99.8 %: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, by Wilson's score interval turned round: the rates whose interval would hold the common one. Smoothed rates: empirical Bayes by moments, Marshall (1991), Applied Statistics 40, 283-294,
/// with binomial variance; where districts differ by no more than chance, every one gets the common rate. Made of printed figures alone, so it tells nothing more; hidden districts are not in it.
/// </remarks>
/// <param name="Title">What the rate is.</param>
/// <param name="Common">The rate of all districts together; of those shown, where that of all is hidden.</param>
/// <param name="Between">Variance of true rates between districts, as estimated; 0 where chance explains all of it.</param>
/// <param name="Points">The districts shown.</param>
/// <param name="Limits">The limits, by rising denominator.</param>
public sealed record FunnelPlot(string Title, double Common, double Between, IReadOnlyList<FunnelPoint> Points, IReadOnlyList<FunnelLimit> Limits)
{
    /// <summary>With fewer districts shown there is nothing that a spread could be estimated from.</summary>
    public const int FewestPoints = 3;

    private const double Z95 = 1.959963984540054;
    private const double Z998 = 3.090232306167813;
    private const int Steps = 40;

    /// <summary>Returns the plot of a table of districts, by its first rate; null for another table, or where too few districts are shown.</summary>
    public static FunnelPlot? Of(ReleasedTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Definition is not { Rows: "district", Rates: [var code, ..], Denominator: { } whole })
        {
            return null;
        }

        List<TableLine> columns = table.Columns.ToList();
        int denominator = columns.FindIndex(line => line.Code == whole), column = columns.FindIndex(line => line.Code == code);
        List<(ReleasedRate Rate, long Count)> shown = Enumerable.Range(0, table.Rows.Count - 1).Select(row => (Rate: table.Rate(row, code)!, table.Cells[row][denominator].Count))
            .Where(line => line.Rate.Share is not null && line.Count > 0).Select(line => (line.Rate, line.Count!.Value)).ToList();
        if (shown.Count < FewestPoints)
        {
            return null;
        }

        double common = table.Rate(table.Rows.Count - 1, code)?.Share ?? shown.Sum(line => line.Rate.Share!.Value * line.Count) / shown.Sum(line => line.Count);
        if (common is <= 0 or >= 1)
        {
            return null;
        }

        (double between, IReadOnlyList<double> smoothed) = Smooth(shown.Select(line => line.Rate.Share!.Value).ToList(), shown.Select(line => line.Count).ToList(), common);
        double least = shown.Min(line => line.Count), most = shown.Max(line => line.Count);
        return new FunnelPlot(
            $"{table.Columns[column].Title}の割合",
            common,
            between,
            shown.Select((line, i) => new FunnelPoint(line.Rate.Row, table.Rows[line.Rate.Row].Title, line.Count, line.Rate.Share!.Value, smoothed[i], line.Rate.Comparison == RateComparison.None ? Compare(line.Rate.Share!.Value, line.Count, common) : line.Rate.Comparison)).ToList(),
            Enumerable.Range(0, Steps + 1).Select(step => Limit(common, (least * 0.8) + (((most * 1.1) - (least * 0.8)) * step / Steps))).ToList());
    }

    /// <summary>Returns rates moved towards a common one, and the variance between them that chance does not explain.</summary>
    /// <param name="shares">The rates.</param>
    /// <param name="counts">What each rests on, above 0.</param>
    /// <param name="common">The common rate.</param>
    public static (double Between, IReadOnlyList<double> Smoothed) Smooth(IReadOnlyList<double> shares, IReadOnlyList<long> counts, double common)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(counts);
        double all = counts.Sum(), chance = common * (1 - common);
        double spread = shares.Select((share, i) => counts[i] * (share - common) * (share - common)).Sum() / all;
        double between = Math.Max(0, spread - (chance * shares.Count / all));
        return (between, shares.Select((share, i) => common + (between / (between + (chance / counts[i])) * (share - common))).ToList());
    }

    /// <summary>Returns between which rates chance alone keeps districts of a size.</summary>
    public static FunnelLimit Limit(double common, double count)
    {
        (double low, double high) = Around(common, count, Z95);
        (double lower, double higher) = Around(common, count, Z998);
        return new FunnelLimit(count, low, high, lower, higher);
    }

    // As of rates beside a total that is shown.
    private static RateComparison Compare(double share, long count, double common)
    {
        (double low, double high) = ReleasedRate.Wilson((long)Math.Round(share * count), count);
        FunnelLimit limit = Limit(common, count);
        return low <= common / 2 && high >= Math.Min(common * 2, 1) ? RateComparison.TooSmall
            : share > limit.High998 ? RateComparison.Higher
            : share < limit.Low998 ? RateComparison.Lower
            : RateComparison.NoDifference;
    }

    // The rates whose score statistic against the common rate is z: (p − c)² = z² c (1 − c) / n.
    private static (double Low, double High) Around(double common, double count, double z)
    {
        double half = z * Math.Sqrt(common * (1 - common) / count);
        return (Math.Max(0, common - half), Math.Min(1, common + half));
    }
}
