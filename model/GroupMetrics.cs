using Warehouse.Model.Features;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;

namespace Warehouse.Model;

/// <summary>Turns the results of training into metric rows; pure.</summary>
public static class GroupMetrics
{
    // A share over fewer children in need than this says nothing; the counts are still listed.
    private const int MinPositives = 10;

    /// <summary>Returns the metrics of the whole, temporal and cross-validated.</summary>
    public static IEnumerable<MetricRow> Overall(TrainMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        IEnumerable<MetricRow> rows = Of("cv", metrics.CrossValidated);
        return metrics.Temporal is { } temporal ? rows.Concat(Of("temporal", temporal)) : rows;
    }

    /// <summary>Returns, per group of children, the mean probability, the outcome and the share found at capacity among those in need.</summary>
    /// <remarks>The miss rate among children in need is the figure that matters for an offer of help, not the false alarms.</remarks>
    public static IEnumerable<MetricRow> ByGroup(IReadOnlyList<ChildFacts> rows, bool[] label, double[] probability, double capacityShare)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(probability);

        long[] household = [.. rows.Select(r => r.GroupKey)];

        // The list is drawn up at each snapshot on its own, as it would have been.
        var onList = new bool[rows.Count];
        foreach (IGrouping<int, int> snapshot in Enumerable.Range(0, rows.Count).GroupBy(i => rows[i].Snapshot.DateKey))
        {
            foreach (int i in snapshot.OrderByDescending(i => probability[i]).ThenBy(i => rows[i].ChildKey)
                .Take((int)Math.Ceiling(capacityShare * snapshot.Count())))
            {
                onList[i] = true;
            }
        }

        return Enumerable.Range(0, rows.Count)
            .SelectMany(i => Groups(rows[i]).Select(group => (Group: group, Row: i)))
            .GroupBy(x => x.Group, x => x.Row, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => Group(g.Key, [.. g], label, probability, onList, household));
    }

    /// <summary>Returns bands of similar probability with the outcome in each, narrower towards the top.</summary>
    /// <remarks>Equal scores are in one band. A band with a lower outcome than the one below it is joined with that: chance must not read as a fall of risk.</remarks>
    public static IEnumerable<MetricRow> Similar(bool[] label, double[] probability)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(probability);
        int[] order = [.. Enumerable.Range(0, label.Length).OrderBy(i => probability[i]).ThenBy(i => i)];
        double[] shares = [0, 0.5, 0.7, 0.8, 0.9, 0.94, 0.97, 0.985, 0.995];
        int[] starts = [.. shares.Select(s => FirstOfTie((int)(s * order.Length))).Distinct()];
        List<(double From, int Rows, int Positives)> bands = [];
        for (int b = 0; b < starts.Length; b++)
        {
            int end = b + 1 < starts.Length ? starts[b + 1] : order.Length;
            if (end <= starts[b])
            {
                continue;
            }

            bands.Add((b == 0 ? 0 : probability[order[starts[b]]], end - starts[b], order[starts[b]..end].Count(i => label[i])));
            while (bands.Count > 1 && (long)bands[^1].Positives * bands[^2].Rows < (long)bands[^2].Positives * bands[^1].Rows)
            {
                bands[^2] = (bands[^2].From, bands[^2].Rows + bands[^1].Rows, bands[^2].Positives + bands[^1].Positives);
                bands.RemoveAt(bands.Count - 1);
            }
        }

        return bands.Select((band, i) => new MetricRow(
            "similar", Invariant($"band_{i + 1}"), band.From, Wilson.Of(band.Positives, band.Rows), band.Rows, band.Positives));

        int FirstOfTie(int at)
        {
            while (at > 0 && at < order.Length && probability[order[at - 1]] == probability[order[at]])
            {
                at--;
            }

            return at;
        }
    }

    /// <summary>Returns the points of the ROC curve at twenty shares of false alarms, and ten bins of equal size with what was expected and what came, of the rows that have a probability.</summary>
    public static IEnumerable<MetricRow> Curves(bool[] label, double[] probability)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(probability);
        const int Points = 20;
        const int Bins = 10;
        int[] order = [.. Enumerable.Range(0, label.Length).Where(i => !double.IsNaN(probability[i])).OrderByDescending(i => probability[i]).ThenBy(i => i)];
        int positives = order.Count(i => label[i]), negatives = order.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            yield break;
        }

        int hits = 0, alarms = 0, point = 1;
        foreach (int i in order)
        {
            (hits, alarms) = label[i] ? (hits + 1, alarms) : (hits, alarms + 1);
            while (point < Points && (long)alarms * Points >= (long)point * negatives)
            {
                yield return new MetricRow("roc", Invariant($"false_alarms_{point * 100 / Points:00}"), (double)hits / positives, Wilson.Of(hits, positives), order.Length, positives);
                point++;
            }
        }

        for (int bin = 0; bin < Bins; bin++)
        {
            int[] rows = order[(int)((long)order.Length * bin / Bins)..(int)((long)order.Length * (bin + 1) / Bins)];
            if (rows.Length > 0)
            {
                int found = rows.Count(i => label[i]);
                yield return new MetricRow("reliability", Invariant($"bin_{Bins - bin:00}"), rows.Average(i => probability[i]), Wilson.Of(found, rows.Length), rows.Length, found);
            }
        }
    }

    private static IEnumerable<MetricRow> Of(string prefix, EvaluationResult r)
    {
        yield return Row("auc", r.Auc, r.AucInterval);
        yield return Row("auprc", r.Auprc, null);
        yield return Row("brier", r.Brier, null);
        yield return Row("ece", r.Ece, null);
        yield return Row("calibration_slope", r.CalibrationSlope, null);
        yield return Row("calibration_intercept", r.CalibrationIntercept, null);
        foreach (ListMetric list in r.Lists)
        {
            yield return Row(Invariant($"precision_at_{list.Size}"), list.Precision, list.PrecisionInterval);
            yield return Row(Invariant($"recall_at_{list.Size}"), list.Recall, list.RecallInterval);
        }

        MetricRow Row(string code, double value, Interval? interval) =>
            new(prefix + "_" + code, "all", value, interval, r.RowCount, r.PositiveCount);
    }

    private static IEnumerable<MetricRow> Group(
        string group, int[] rows, bool[] label, double[] probability, bool[] onList, long[] household)
    {
        int positives = rows.Count(i => label[i]);
        yield return new MetricRow("group_observed_share", group, (double)positives / rows.Length, Wilson.Of(positives, rows.Length), rows.Length, positives);
        yield return new MetricRow("group_mean_probability", group, rows.Average(i => probability[i]), null, rows.Length, positives);
        int listed = rows.Count(i => onList[i]);
        yield return new MetricRow("group_list_share", group, (double)listed / rows.Length, Wilson.Of(listed, rows.Length), rows.Length, positives);
        if (positives >= MinPositives)
        {
            int missed = rows.Count(i => label[i] && !onList[i]);
            yield return new MetricRow(
                "group_miss_share", group, (double)missed / positives, Wilson.Of(missed, positives), rows.Length, positives);
            EvaluationResult result = Evaluation.Evaluate(
                [.. rows.Select(i => probability[i])], [.. rows.Select(i => label[i])], [.. rows.Select(i => household[i])], []);
            yield return new MetricRow("group_auc", group, result.Auc, result.AucInterval, rows.Length, positives);
        }
    }

    private static IEnumerable<string> Groups(ChildFacts child)
    {
        yield return child.Population.SexCode switch
        {
            1 => "sex:male",
            2 => "sex:female",
            _ => "sex:unknown",
        };
        yield return child.AgeYears switch
        {
            < 3 => "age:0-2",
            < 6 => "age:3-5",
            < 9 => "age:6-8",
            < 12 => "age:9-11",
            < 15 => "age:12-14",
            _ => "age:15-17",
        };
        yield return child.Population.IsForeign != 0 ? "roots:foreign" : "roots:japanese";
        yield return child.Household?.IsSingleParent == 1 ? "household:single_parent" : "household:other";
        yield return child.Residence?.LastMoveInDate > child.Snapshot.Date.AddMonths(-24) ? "residence:in_mover_24m" : "residence:other";
        yield return Invariant($"sources:{child.SourceCount}");
        if (child.Population.DistrictCode.Length > 0)
        {
            yield return "district:" + child.Population.DistrictCode;
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
