using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>A held-out figure of the whole model beside the same figure without one group of features, on the same rows.</summary>
/// <param name="Metric">One of <see cref="AblationMetrics"/>.</param>
/// <param name="Whole">The figure of the whole model.</param>
/// <param name="Without">The figure of a model that could not read the group.</param>
/// <param name="Interval">95 % interval of what is lost, paired by row, rows of one household together.</param>
public sealed record AblationLoss(string Metric, double Whole, double Without, Interval Interval)
{
    /// <summary>What is lost without the group; below zero where the model does better without it.</summary>
    public double Loss => Whole - Without;
}

/// <summary>What held-out figures lose when the model may not read one group of features.</summary>
/// <param name="Group">The group: the department that owns the features.</param>
/// <param name="FeatureCount">Features in it.</param>
/// <param name="TermCount">Terms of the whole model that test one of them.</param>
/// <param name="RowCount">Held-out rows.</param>
/// <param name="PositiveCount">Positive ones among them.</param>
/// <param name="DualityGap">Certified relative gap of the model without the group.</param>
/// <param name="Losses">One entry a figure.</param>
public sealed record Ablation(string Group, int FeatureCount, int TermCount, int RowCount, int PositiveCount, double DualityGap, IReadOnlyList<AblationLoss> Losses);

/// <summary>Names of the figures that an ablation compares.</summary>
public static class AblationMetrics
{
    /// <summary>Area under the ROC curve.</summary>
    public const string Auc = "auc";

    /// <summary>Average precision.</summary>
    public const string AveragePrecision = "average_precision";

    /// <summary>Share of the positive rows that are on the lists which staff can look into, a list a snapshot.</summary>
    public const string Recall = "recall_at_capacity";
}

/// <summary>Compares two scores of the same held-out rows.</summary>
/// <remarks>
/// The interval of the area is that of <see cref="Evaluation.AucDifference"/>. Those of average precision and recall are percentiles of a paired bootstrap over households (Efron, Tibshirani, An Introduction to the
/// Bootstrap, 1993, 13.3; households whole as in Field, Welsh, JRSS B 69, 2007): both scores are measured on the same resample. Draws depend on the seed alone.
/// </remarks>
internal sealed class PairedLoss
{
    private const int Draws = 1000;

    private readonly bool[] _label;
    private readonly long[] _groups;
    private readonly int[] _household;
    private readonly int _households;
    private readonly int[] _list;
    private readonly int _lists;
    private readonly double _share;
    private readonly ulong _seed;

    /// <summary>Prepares the comparison.</summary>
    /// <param name="label">Label per row.</param>
    /// <param name="groups">Household per row.</param>
    /// <param name="time">Snapshot per row; each has a list of its own.</param>
    /// <param name="share">Share of the rows of a snapshot that its list holds.</param>
    /// <param name="seed">Seed of the resamples.</param>
    public PairedLoss(bool[] label, long[] groups, int[] time, double share, ulong seed)
    {
        (_label, _groups, _share, _seed) = (label, groups, share, seed);
        long[] households = [.. groups.Distinct().Order()];
        int[] times = [.. time.Distinct().Order()];
        _household = [.. groups.Select(g => Array.BinarySearch(households, g))];
        _list = [.. time.Select(t => Array.BinarySearch(times, t))];
        (_households, _lists) = (households.Length, times.Length);
    }

    /// <summary>Returns what the second score loses.</summary>
    /// <remarks>Nulls: NaN where the rows have one class only.</remarks>
    public IReadOnlyList<AblationLoss> Compare(double[] whole, double[] without, ParallelOptions parallel)
    {
        int[] first = Evaluation.Order(whole), second = Evaluation.Order(without);
        int[] ones = new int[_households];
        Array.Fill(ones, 1);
        (double Precision, double Recall) a = Measure(whole, first, ones), b = Measure(without, second, ones);
        var precision = new double[Draws];
        var recall = new double[Draws];
        Parallel.For(0, Draws, parallel, draw =>
        {
            var random = new SplitMix(SplitMix.Mix(_seed) ^ SplitMix.Mix((ulong)draw + 1));
            var times = new int[_households];
            for (int i = 0; i < _households; i++)
            {
                times[random.Next(_households)]++;
            }

            (double Precision, double Recall) x = Measure(whole, first, times), y = Measure(without, second, times);
            (precision[draw], recall[draw]) = (x.Precision - y.Precision, x.Recall - y.Recall);
        });
        (_, Interval area) = Evaluation.AucDifference(whole, without, _label, _groups);
        return
        [
            new AblationLoss(AblationMetrics.Auc, Evaluation.Auc(whole, _label, _groups).Auc, Evaluation.Auc(without, _label, _groups).Auc, area),
            new AblationLoss(AblationMetrics.AveragePrecision, a.Precision, b.Precision, Percentiles(precision)),
            new AblationLoss(AblationMetrics.Recall, a.Recall, b.Recall, Percentiles(recall)),
        ];
    }

    // Resamples without a positive row say nothing and are left out.
    private static Interval Percentiles(double[] values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length < Draws / 2
            ? new Interval(double.NaN, double.NaN)
            : new Interval(sorted[(int)(0.025 * (sorted.Length - 1))], sorted[(int)Math.Ceiling(0.975 * (sorted.Length - 1))]);
    }

    // Each row counts as often as its household was drawn. Ties share a place in the precision, and what is left of a list is shared among equal scores.
    private (double Precision, double Recall) Measure(double[] score, int[] order, int[] times)
    {
        var room = new double[_lists];
        long positives = 0;
        for (int r = 0; r < _label.Length; r++)
        {
            int weight = times[_household[r]];
            room[_list[r]] += weight;
            positives += _label[r] ? weight : 0;
        }

        for (int l = 0; l < _lists; l++)
        {
            room[l] = Math.Ceiling(_share * room[l]);
        }

        double precision = 0, found = 0;
        long hits = 0, seen = 0;
        var tied = new long[_lists];
        var tiedHits = new long[_lists];
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            long gained = 0;
            while (end < order.Length && score[order[end]] == score[order[start]])
            {
                int r = order[end++], weight = times[_household[r]];
                seen += weight;
                gained += _label[r] ? weight : 0;
                tied[_list[r]] += weight;
                tiedHits[_list[r]] += _label[r] ? weight : 0;
            }

            hits += gained;
            precision += gained == 0 ? 0 : gained * ((double)hits / seen);
            for (int i = start; i < end; i++)
            {
                int l = _list[order[i]];
                if (tied[l] > 0)
                {
                    double taken = Math.Min(room[l], tied[l]);
                    found += tiedHits[l] * (taken / tied[l]);
                    room[l] -= taken;
                    (tied[l], tiedHits[l]) = (0, 0);
                }
            }

            start = end;
        }

        return (precision / positives, found / positives);
    }
}
