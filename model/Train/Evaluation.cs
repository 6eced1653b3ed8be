using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>Measures how well probabilities order and predict labels.</summary>
public static class Evaluation
{
    private const double Z95 = 1.959963984540054;
    private const int CalibrationBins = 10;

    /// <summary>Returns all metrics of a set of rows.</summary>
    /// <param name="probability">Calibrated probability per row.</param>
    /// <param name="label">Label per row.</param>
    /// <param name="groups">Household per row, or null when rows are independent.</param>
    /// <param name="listSizes">List sizes for precision and recall; sizes beyond the rows are left out.</param>
    public static EvaluationResult Evaluate(
        ReadOnlySpan<double> probability, ReadOnlySpan<bool> label, ReadOnlySpan<long> groups, IReadOnlyList<int> listSizes)
    {
        int n = label.Length;
        int positives = 0;
        double brier = 0;
        var logOdds = new double[n];
        for (int i = 0; i < n; i++)
        {
            positives += label[i] ? 1 : 0;
            double d = probability[i] - (label[i] ? 1 : 0);
            brier += d * d;
            double p = Math.Clamp(probability[i], 1e-12, 1 - 1e-12);
            logOdds[i] = Math.Log(p / (1 - p));
        }

        bool both = positives > 0 && positives < n;
        int[] order = Order(probability);
        (double auc, Interval interval) = both ? Auc(probability, label, groups) : (double.NaN, new Interval(double.NaN, double.NaN));
        var lists = new List<ListMetric>();
        foreach (int size in listSizes.Where(k => k > 0 && k <= n))
        {
            int hits = 0;
            for (int i = 0; i < size; i++)
            {
                hits += label[order[i]] ? 1 : 0;
            }

            lists.Add(new ListMetric(
                size, hits, (double)hits / size, Wilson.Of(hits, size), positives == 0 ? double.NaN : (double)hits / positives, Wilson.Of(hits, positives)));
        }

        return new EvaluationResult
        {
            RowCount = n,
            PositiveCount = positives,
            Auc = auc,
            AucInterval = interval,
            Auprc = both ? AveragePrecision(probability, label, order, positives) : double.NaN,
            Brier = n == 0 ? double.NaN : brier / n,
            Ece = n == 0 ? double.NaN : CalibrationError(probability, label, order),
            CalibrationSlope = both ? Logistic.FitLine(logOdds, label, smooth: false).Slope : double.NaN,
            CalibrationIntercept = both ? Logistic.FitLine(logOdds, label, fixedSlope: 1, smooth: false).Intercept : double.NaN,
            Lists = lists,
        };
    }

    /// <summary>Returns the metrics of each group of rows that share a key; rows without a key are left out.</summary>
    public static IReadOnlyList<GroupMetric> ByGroup(
        double[] probability, bool[] label, long[] groups, IReadOnlyList<string?> key, IReadOnlyList<int> listSizes)
    {
        var result = new List<GroupMetric>();
        foreach (IGrouping<string, int> rows in Enumerable.Range(0, label.Length).Where(r => key[r] is not null).GroupBy(r => key[r]!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            int[] taken = [.. rows];
            double[] p = [.. taken.Select(r => probability[r])];
            bool[] y = [.. taken.Select(r => label[r])];
            long[] g = [.. taken.Select(r => groups[r])];
            result.Add(new GroupMetric(rows.Key, Evaluate(p, y, g, listSizes)));
        }

        return result;
    }

    /// <summary>Returns the area under the ROC curve and its 95 % interval.</summary>
    /// <remarks>
    /// Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988); rows of one household are taken together as in
    /// Obuchowski, Biometrics 53 (1997). Without groups both are the same. Cost: O(n log n).
    /// </remarks>
    public static (double Auc, Interval Interval) Auc(ReadOnlySpan<double> score, ReadOnlySpan<bool> label, ReadOnlySpan<long> groups)
    {
        (double auc, double[] component) = Components(score, label);
        double half = Z95 * Math.Sqrt(Variance(component, auc, label, groups));
        return (auc, new Interval(Math.Max(0, auc - half), Math.Min(1, auc + half)));
    }

    /// <summary>Returns by how much the area under the curve of one score is above that of another on the same rows, with its 95 % interval.</summary>
    /// <remarks>
    /// Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988), section 3: the difference has the components' differences; rows of one household are taken together.
    /// Nulls: NaN where the rows have one class only.
    /// </remarks>
    public static (double Difference, Interval Interval) AucDifference(ReadOnlySpan<double> score, ReadOnlySpan<double> other, ReadOnlySpan<bool> label, ReadOnlySpan<long> groups)
    {
        if (!label.Contains(true) || !label.Contains(false))
        {
            return (double.NaN, new Interval(double.NaN, double.NaN));
        }

        (double auc, double[] component) = Components(score, label);
        (double second, double[] minus) = Components(other, label);
        for (int row = 0; row < component.Length; row++)
        {
            component[row] -= minus[row];
        }

        double half = Z95 * Math.Sqrt(Variance(component, auc - second, label, groups));
        return (auc - second, new Interval(auc - second - half, auc - second + half));
    }

    // Of each row the share of the other class on its right side, ties counting half; their mean over the positives is the area.
    private static (double Auc, double[] Component) Components(ReadOnlySpan<double> score, ReadOnlySpan<bool> label)
    {
        int n = label.Length;
        int[] order = Order(score);
        double m1 = label.Count(true), m0 = n - m1;
        var component = new double[n];
        double positivesAbove = 0, negativesAbove = 0, sum = 0;
        for (int start = 0; start < n;)
        {
            int end = start;
            double p = 0, q = 0;
            while (end < n && score[order[end]] == score[order[start]])
            {
                p += label[order[end]] ? 1 : 0;
                q += label[order[end]] ? 0 : 1;
                end++;
            }

            for (int i = start; i < end; i++)
            {
                int row = order[i];
                component[row] = label[row] ? (m0 - negativesAbove - (q / 2)) / m0 : (positivesAbove + (p / 2)) / m1;
                sum += label[row] ? component[row] : 0;
            }

            positivesAbove += p;
            negativesAbove += q;
            start = end;
        }

        return (sum / m1, component);
    }

    private static double Variance(double[] component, double mean, ReadOnlySpan<bool> label, ReadOnlySpan<long> groups)
    {
        int n = label.Length;
        double m1 = label.Count(true), m0 = n - m1;
        var clusters = new SortedDictionary<long, (double Positive, double Negative)>();
        var positiveClusters = new HashSet<long>();
        var negativeClusters = new HashSet<long>();
        for (int row = 0; row < n; row++)
        {
            long key = groups.IsEmpty ? row : groups[row];
            (double positive, double negative) = clusters.GetValueOrDefault(key);
            double d = component[row] - mean;
            clusters[key] = label[row] ? (positive + d, negative) : (positive, negative + d);
            (label[row] ? positiveClusters : negativeClusters).Add(key);
        }

        double s10 = 0, s01 = 0, s11 = 0;
        foreach ((double positive, double negative) in clusters.Values)
        {
            s10 += positive * positive;
            s01 += negative * negative;
            s11 += positive * negative;
        }

        double i1 = Math.Max(2, positiveClusters.Count), i0 = Math.Max(2, negativeClusters.Count), all = Math.Max(2, clusters.Count);
        return Math.Max(0, (i1 / (i1 - 1) * s10 / (m1 * m1)) + (i0 / (i0 - 1) * s01 / (m0 * m0)) + (2 * all / (all - 1) * s11 / (m1 * m0)));
    }

    // Highest first; equal scores by row, so that lists do not depend on the sort.
    internal static int[] Order(ReadOnlySpan<double> score)
    {
        double[] copy = score.ToArray();
        int[] order = [.. Enumerable.Range(0, copy.Length)];
        Array.Sort(order, (a, b) => copy[a] != copy[b] ? copy[b].CompareTo(copy[a]) : a.CompareTo(b));
        return order;
    }

    private static double AveragePrecision(ReadOnlySpan<double> score, ReadOnlySpan<bool> label, int[] order, int positives)
    {
        double sum = 0;
        int hits = 0;
        for (int start = 0; start < order.Length;)
        {
            int end = start, gained = 0;
            while (end < order.Length && score[order[end]] == score[order[start]])
            {
                gained += label[order[end]] ? 1 : 0;
                end++;
            }

            hits += gained;
            sum += gained * ((double)hits / end);
            start = end;
        }

        return sum / positives;
    }

    /// <summary>Returns the expected calibration error over ten bins of equal size, of rows in the given order.</summary>
    internal static double CalibrationError(ReadOnlySpan<double> probability, ReadOnlySpan<bool> label, int[] order)
    {
        double error = 0;
        int n = order.Length;
        for (int bin = 0; bin < CalibrationBins; bin++)
        {
            int start = (int)((long)n * bin / CalibrationBins), end = (int)((long)n * (bin + 1) / CalibrationBins);
            double expected = 0, observed = 0;
            for (int i = start; i < end; i++)
            {
                expected += probability[order[i]];
                observed += label[order[i]] ? 1 : 0;
            }

            error += Math.Abs(expected - observed);
        }

        return error / n;
    }
}
