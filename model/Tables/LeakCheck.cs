using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model.Tables;

/// <summary>Finds columns that alone say almost what the target says: most often they are known only after it.</summary>
internal static class LeakCheck
{
    // A column that an outcome has not made is hardly ever this good.
    private const double Suspicious = 0.99;

    private const int Bins = 31;

    /// <summary>Returns a grave finding per column whose area under the curve, alone, is .99 or more. Nothing is left out for it.</summary>
    public static IEnumerable<TableFinding> Find(LabelledTable table)
    {
        var found = new List<(string Name, double Auc)>();
        foreach (FeatureColumn column in table.Features.Columns)
        {
            double auc = Alone(column, table.Label, table.RowKey);
            if (auc >= Suspicious)
            {
                found.Add((column.Spec.Name, auc));
            }
        }

        foreach ((string name, double auc) in found.OrderByDescending(f => f.Auc).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            yield return new TableFinding(
                "TBL-009",
                FormattableString.Invariant($"column '{name}' alone orders the rows almost as the target does (AUC {auc:0.0000}). If it is known only after the outcome, leave it out with --exclude; the figures below include it"),
                IsGrave: true)
            { JapaneseMessage = FormattableString.Invariant($"列「{name}」だけで行がほぼ正解どおりに並びます（AUC {auc:0.0000}）。結果の後に分かる値であれば --exclude で除いてください。以下の数字はこの列を含みます") };
        }
    }

    /// <summary>Returns the area under the curve of one column: of its order, or of the rates of its values in the other half of the rows, whichever is better.</summary>
    internal static double Alone(FeatureColumn column, bool[] label, long[] rowKey)
    {
        double best = 0;
        int[] bin;
        if (column.Numbers is { } numbers)
        {
            double[] present = [.. numbers.Where(v => !double.IsNaN(v)).Order()];
            if (present.Length == numbers.Length)
            {
                double auc = Evaluation.Auc(numbers, label, default).Auc;
                best = Math.Max(auc, 1 - auc);
            }

            double[] cuts = ItemEncoder.Cuts(present, Bins);
            bin = [.. numbers.Select(v => double.IsNaN(v) ? 0 : 1 + cuts.Count(c => c <= v))];
        }
        else
        {
            Dictionary<string, int> codes = column.Categories!.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select((c, i) => (c, i)).ToDictionary(x => x.c, x => x.i + 1, StringComparer.Ordinal);
            bin = [.. column.Categories!.Select(c => c is null ? 0 : codes[c])];
        }

        // Rates from the other half: a value of one row must not tell that row's own label.
        double rate = (double)label.Count(y => y) / label.Length;
        int size = bin.Max() + 1;
        var count = new double[2, size];
        var positive = new double[2, size];
        for (int r = 0; r < bin.Length; r++)
        {
            int half = (int)(SplitMix.Mix((ulong)rowKey[r]) >> 63);
            count[half, bin[r]]++;
            positive[half, bin[r]] += label[r] ? 1 : 0;
        }

        double[] score = [.. bin.Select((b, r) =>
        {
            int other = 1 - (int)(SplitMix.Mix((ulong)rowKey[r]) >> 63);
            return (positive[other, b] + rate) / (count[other, b] + 1);
        })];
        return Math.Max(best, Evaluation.Auc(score, label, default).Auc);
    }
}
