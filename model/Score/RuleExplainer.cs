using System.Collections.Concurrent;
using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model.Score;

/// <summary>Gives the reasons behind a score.</summary>
/// <remarks>Cost: O(rows × terms); rows are shared among threads, and no result depends on their number.</remarks>
public static class RuleExplainer
{
    private const int RowsPerTask = 256;

    /// <summary>Returns the reasons for the score of each given row, in their order.</summary>
    public static IReadOnlyList<RiskExplanation> Explain(ModelDocument document, FeatureTable table, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(table);
        FeatureTable taken = table.Take(rows);
        var context = new Context(
            document,
            new ItemSet(document.Features, document.Items).Encode(taken),
            Nested(document),
            [.. document.Terms.Select((term, t) => Reason(t, term))],
            [.. document.Items.Select(i => i.Test is ItemTest.Missing or ItemTest.Present ? null : taken.Find(i.Feature))]);
        int[] number = rows.ToArray();
        var result = new RiskExplanation[number.Length];
        Parallel.For(0, (number.Length + RowsPerTask - 1) / RowsPerTask, task =>
        {
            for (int i = task * RowsPerTask; i < Math.Min(number.Length, (task + 1) * RowsPerTask); i++)
            {
                result[i] = ExplainRow(context, i, number[i]);
            }
        });
        return result;
    }

    private static RiskExplanation ExplainRow(Context context, int row, int number)
    {
        ModelDocument document = context.Document;
        var raises = new List<RiskReason>();
        var lowers = new List<RiskReason>();
        var unknown = new List<RiskReason>();
        double raw = document.Bias;
        for (int t = 0; t < document.Terms.Count; t++)
        {
            ModelTerm term = document.Terms[t];
            if (RiskScorer.Fires(term, context.Bits, row))
            {
                raw += term.Weight;
                (term.Weight > 0 ? raises : lowers).Add(context.Reasons[t]);
            }
            else if (Undecided(context, term, row) is var missing && missing != 0)
            {
                unknown.Add(context.Unknown(t, missing));
            }
        }

        return new RiskExplanation
        {
            Row = number,
            Bias = document.Bias,
            RawLogOdds = raw,
            Probability = RiskScorer.Probability(document, raw),
            For = raises,
            Against = lowers,
            Groups = Group(context.Nested, raises, lowers),
            Unknown = unknown,
        };
    }

    // Whether two terms test the same features, or one of them only some of the other's.
    private static bool[,] Nested(ModelDocument document)
    {
        HashSet<string>[] features = [.. document.Terms.Select(t => t.Items.Select(id => document.Items[id].Feature).ToHashSet(StringComparer.Ordinal))];
        var nested = new bool[features.Length, features.Length];
        for (int a = 0; a < features.Length; a++)
        {
            for (int b = 0; b < features.Length; b++)
            {
                nested[a, b] = features[a].IsSubsetOf(features[b]) || features[b].IsSubsetOf(features[a]);
            }
        }

        return nested;
    }

    private static RiskReasonGroup[] Group(bool[,] nested, List<RiskReason> raises, List<RiskReason> lowers)
    {
        int n = raises.Count + lowers.Count;
        RiskReason[] reasons = new RiskReason[n];
        raises.CopyTo(reasons);
        lowers.CopyTo(reasons, raises.Count);
        Span<int> group = n <= 256 ? stackalloc int[n] : new int[n];
        int groups = 0;
        group.Fill(-1);
        var open = new Stack<int>();
        for (int first = 0; first < n; first++)
        {
            if (group[first] >= 0)
            {
                continue;
            }

            // All that is reached from one reason by steps between nested ones.
            group[first] = groups;
            open.Push(first);
            while (open.TryPop(out int a))
            {
                for (int b = 0; b < n; b++)
                {
                    if (group[b] < 0 && nested[reasons[a].Term, reasons[b].Term])
                    {
                        group[b] = groups;
                        open.Push(b);
                    }
                }
            }

            groups++;
        }

        var parts = new List<RiskReason>[groups];
        var weight = new double[groups];
        for (int i = 0; i < n; i++)
        {
            (parts[group[i]] ??= []).Add(reasons[i]);
            weight[group[i]] += reasons[i].Weight;
        }

        var result = new RiskReasonGroup[groups];
        for (int g = 0; g < groups; g++)
        {
            parts[g].Sort(static (x, y) => Math.Abs(y.Weight).CompareTo(Math.Abs(x.Weight)) is var order && order != 0 ? order : x.Term.CompareTo(y.Term));
            result[g] = new RiskReasonGroup(weight[g], parts[g]);
        }

        Array.Sort(result, static (x, y) => Math.Abs(y.Weight).CompareTo(Math.Abs(x.Weight)) is var order && order != 0 ? order : x.Parts[0].Term.CompareTo(y.Parts[0].Term));
        return result;
    }

    // Which of the term's conditions missing records leave open, one bit each; 0 when a recorded value already rules the term out.
    private static int Undecided(Context context, ModelTerm term, int row)
    {
        int missing = 0;
        for (int i = 0; i < term.Items.Length; i++)
        {
            int id = term.Items[i];
            if (!context.Bits.Get(id, row))
            {
                if (context.Columns[id]?.IsMissing(row) != true)
                {
                    return 0;
                }

                missing |= 1 << i;
            }
        }

        return missing;
    }

    private static RiskReason Reason(int index, ModelTerm term) => new()
    {
        Term = index,
        Text = term.Text,
        Covered = term.Covered,
        Positives = term.Positives,
        Rate = term.Rate,
        RateInterval = term.RateInterval,
        Weight = term.Weight,
        IsVerified = term.IsVerified,
        Stability = term.Stability,
        Departments = term.Departments,
    };

    // What all rows share. Columns: per item the column it reads, null where the item asks whether it is recorded.
    private sealed record Context(ModelDocument Document, BitColumns Bits, bool[,] Nested, RiskReason[] Reasons, FeatureColumn?[] Columns)
    {
        private readonly ConcurrentDictionary<(int Term, int Missing), RiskReason> _unknown = new();

        // Few different ones, made once: rows that lack the same records share them.
        public RiskReason Unknown(int term, int missing) => _unknown.GetOrAdd((term, missing), static (key, context) => context.Reasons[key.Term] with
        {
            MissingFeatures = [.. context.Document.Terms[key.Term].Items.Where((_, i) => (key.Missing >> i & 1) != 0).Select(id => context.Document.Items[id].Feature).Distinct()],
        }, this);
    }
}
