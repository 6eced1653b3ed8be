using System.Globalization;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Reporting.Statistics;

/// <summary>What can be said of a rate beside that of all rows together.</summary>
public enum RateComparison
{
    /// <summary>There is nothing to compare it with, or it is not shown.</summary>
    None,

    /// <summary>There are too few: the rate could be half of the common one, or twice it.</summary>
    TooSmall,

    /// <summary>It does not differ by more than chance.</summary>
    NoDifference,

    /// <summary>It is higher than chance explains.</summary>
    Higher,

    /// <summary>It is lower than chance explains.</summary>
    Lower,
}

/// <summary>A rate of a released table with its interval. There is no ranking: rows stay in the order of their table.</summary>
/// <remarks>
/// Wilson's score interval, 95 %: Wilson (1927), Journal of the American Statistical Association 22, 209-212. A row is said to differ from all together where its 99.8 % interval does not hold the common rate, the
/// control limit of funnel plots: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202. Rates are taken of figures as they are printed, so they tell nothing more.
/// </remarks>
/// <param name="Row">The place of the row in the table.</param>
/// <param name="Column">The place of the column in the table.</param>
/// <param name="Verdict">Whether it is shown.</param>
/// <param name="Share">The rate, 0 to 1; null where it is not shown.</param>
/// <param name="Low">The lower end of the 95 % interval; null where it is not shown.</param>
/// <param name="High">The upper end of the 95 % interval; null where it is not shown.</param>
/// <param name="Comparison">What can be said of it beside the rate of all rows.</param>
public sealed record ReleasedRate(int Row, int Column, RateVerdict Verdict, double? Share, double? Low, double? High, RateComparison Comparison)
{
    // Two-sided 95 % and 99.8 % of the normal distribution.
    private const double Z95 = 1.959963984540054;
    private const double Z998 = 3.090232306167813;

    /// <summary>The rate as people read it, in per cent; <c>X</c> where it is not shown.</summary>
    public string Text => Share is { } share ? Percent(share) : "X";

    /// <summary>The interval as people read it; empty where the rate is not shown.</summary>
    public string IntervalText => Low is { } low && High is { } high ? $"{Percent(low)}～{Percent(high)}" : "";

    /// <summary>What can be said of the rate, in Japanese; empty where nothing is compared.</summary>
    public string ComparisonText => Comparison switch
    {
        RateComparison.TooSmall => "少なすぎて比べられない",
        RateComparison.NoDifference => "偶然の範囲",
        RateComparison.Higher => "全体より高い",
        RateComparison.Lower => "全体より低い",
        _ => "",
    };

    /// <summary>Returns a share in per cent with one decimal.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>Returns the rates of a table, row by row, of its printed figures.</summary>
    public static IReadOnlyList<ReleasedRate> Of(
        TableDefinition definition, IReadOnlyList<TableLine> rows, IReadOnlyList<TableLine> columns, IReadOnlyList<IReadOnlyList<ReleasedCell>> cells, DisclosureProfile profile)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(profile);
        if (definition.Denominator is not { } whole)
        {
            return [];
        }

        int denominator = Place(columns, whole);
        // All rows together are a row of their own where rows are disjoint.
        int together = definition.IsCross ? Place(rows, "") : -1;
        List<ReleasedRate> rates = [];
        for (int row = 0; row < rows.Count; row++)
        {
            foreach (int column in definition.Rates.Select(code => Place(columns, code)))
            {
                ReleasedCell part = cells[row][column], all = cells[row][denominator];
                RateVerdict verdict = PrimaryRules.Rate(all.Count ?? 0, !part.IsHidden && part.Count <= all.Count, !all.IsHidden, profile);
                if (verdict == RateVerdict.Hidden)
                {
                    rates.Add(new ReleasedRate(row, column, verdict, null, null, null, RateComparison.None));
                    continue;
                }

                (double low, double high) = Wilson(part.Count!.Value, all.Count!.Value, Z95);
                rates.Add(new ReleasedRate(
                    row, column, verdict, (double)part.Count.Value / all.Count.Value, low, high, row == together || together < 0 ? RateComparison.None : Compare(part, all, cells[together][column], cells[together][denominator], verdict)));
            }
        }

        return rates;
    }

    /// <summary>Returns Wilson's score interval of a share.</summary>
    /// <param name="part">The numerator, 0 to <paramref name="whole"/>.</param>
    /// <param name="whole">The denominator, above 0.</param>
    /// <param name="z">The quantile of the normal distribution; 1.96 for 95 %.</param>
    public static (double Low, double High) Wilson(long part, long whole, double z = Z95)
    {
        double n = whole, p = part / n, zz = z * z;
        double middle = (p + (zz / (2 * n))) / (1 + (zz / n));
        double half = z / (1 + (zz / n)) * Math.Sqrt((p * (1 - p) / n) + (zz / (4 * n * n)));
        return (part == 0 ? 0 : Math.Max(0, middle - half), part == whole ? 1 : Math.Min(1, middle + half));
    }

    private static RateComparison Compare(ReleasedCell part, ReleasedCell all, ReleasedCell commonPart, ReleasedCell commonAll, RateVerdict verdict)
    {
        if (commonPart.IsHidden || commonAll.IsHidden || commonAll.Count is not > 0)
        {
            return RateComparison.None;
        }

        double common = (double)commonPart.Count!.Value / commonAll.Count.Value;
        (double low, double high) = Wilson(part.Count!.Value, all.Count!.Value);
        if (verdict == RateVerdict.FewWarned || (low <= common / 2 && high >= Math.Min(common * 2, 1)))
        {
            return RateComparison.TooSmall;
        }

        (low, high) = Wilson(part.Count.Value, all.Count.Value, Z998);
        return low > common ? RateComparison.Higher : high < common ? RateComparison.Lower : RateComparison.NoDifference;
    }

    private static int Place(IReadOnlyList<TableLine> lines, string code)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Code == code)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"The table has no line '{code}'.");
    }
}
