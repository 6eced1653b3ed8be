using System.Numerics;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;

namespace Warehouse.Model.Score;

/// <summary>Applies a model to rows.</summary>
/// <remarks>Cost: O(rows × (items of the terms + terms)); rows are shared among threads, and no result depends on their number.</remarks>
public static class RiskScorer
{
    private const int WordsPerTask = 16;

    /// <summary>Returns the score of every row, in row order.</summary>
    public static IReadOnlyList<RiskScore> Score(ModelDocument document, FeatureTable table, ScoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        BitColumns bits = new ItemSet(document.Features, document.Items).Encode(table);
        double minCoverage = options.MinCoverage ?? document.MinCoverage;
        var raw = new double[table.RowCount];
        var coverage = new double[table.RowCount];
        var shown = new List<int>(table.RowCount);
        FeatureColumn[] columns = [.. document.Features.Select(f => table.Find(f.Name)!)];
        Parallel.For(0, (bits.WordCount + WordsPerTask - 1) / WordsPerTask, task =>
        {
            int from = task * WordsPerTask, to = Math.Min(bits.WordCount, from + WordsPerTask);
            AddTerms(document, bits, raw, from, to);
            for (int row = from << 6; row < Math.Min(raw.Length, to << 6); row++)
            {
                int recorded = 0;
                foreach (FeatureColumn column in columns)
                {
                    recorded += column.IsMissing(row) ? 0 : 1;
                }

                coverage[row] = columns.Length == 0 ? 1 : (double)recorded / columns.Length;
            }
        });
        for (int row = 0; row < raw.Length; row++)
        {
            if (coverage[row] >= minCoverage)
            {
                shown.Add(row);
            }
        }

        var rank = new int[raw.Length];
        shown.Sort((a, b) => raw[a] != raw[b] ? raw[b].CompareTo(raw[a]) : a.CompareTo(b));
        for (int i = 0; i < shown.Count; i++)
        {
            rank[shown[i]] = i + 1;
        }

        var scores = new RiskScore[raw.Length];
        for (int row = 0; row < raw.Length; row++)
        {
            RiskBand band = rank[row] == 0 ? RiskBand.Withheld
                : rank[row] <= options.ListSizeA ? RiskBand.A
                : rank[row] <= options.ListSizeA + options.ListSizeB ? RiskBand.B
                : RiskBand.C;
            scores[row] = new RiskScore(row, raw[row], Probability(document, raw[row]), rank[row], band, coverage[row], rank[row] == 0);
        }

        return scores;
    }

    // The bias plus the weights of the terms that fire, added in the order of the model whatever the rows beside them.
    private static void AddTerms(ModelDocument document, BitColumns bits, double[] raw, int from, int to)
    {
        Array.Fill(raw, document.Bias, from << 6, Math.Min(raw.Length, to << 6) - (from << 6));
        foreach (ModelTerm term in document.Terms)
        {
            for (int w = from; w < to; w++)
            {
                ulong word = bits.Columns[term.Items[0]][w];
                for (int i = 1; i < term.Items.Length; i++)
                {
                    word &= bits.Columns[term.Items[i]][w];
                }

                for (; word != 0; word &= word - 1)
                {
                    raw[(w << 6) + BitOperations.TrailingZeroCount(word)] += term.Weight;
                }
            }
        }
    }

    /// <summary>Tells whether all items of a term hold in a row.</summary>
    internal static bool Fires(ModelTerm term, BitColumns bits, int row)
    {
        foreach (int item in term.Items)
        {
            if (!bits.Get(item, row))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the calibrated probability of a raw log-odds.</summary>
    internal static double Probability(ModelDocument document, double raw) =>
        Logistic.Sigmoid((document.CalibrationSlope * raw) + document.CalibrationIntercept);
}
