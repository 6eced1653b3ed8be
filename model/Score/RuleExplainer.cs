using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model.Score;

/// <summary>Gives the reasons behind a score.</summary>
public static class RuleExplainer
{
    /// <summary>Returns the reasons for the score of each given row.</summary>
    public static IReadOnlyList<RiskExplanation> Explain(ModelDocument document, FeatureTable table, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(table);
        FeatureTable taken = table.Take(rows);
        BitColumns bits = new ItemSet(document.Features, document.Items).Encode(taken);
        bool[,] nested = Nested(document);
        var result = new RiskExplanation[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            result[i] = ExplainRow(document, nested, taken, bits, i) with { Row = rows[i] };
        }

        return result;
    }

    private static RiskExplanation ExplainRow(ModelDocument document, bool[,] nested, FeatureTable table, BitColumns bits, int row)
    {
        var raises = new List<RiskReason>();
        var lowers = new List<RiskReason>();
        var unknown = new List<RiskReason>();
        for (int t = 0; t < document.Terms.Count; t++)
        {
            ModelTerm term = document.Terms[t];
            if (RiskScorer.Fires(term, bits, row))
            {
                (term.Weight > 0 ? raises : lowers).Add(Reason(t, term));
            }
            else if (Undecided(document, term, table, bits, row) is { Count: > 0 } missing)
            {
                unknown.Add(Reason(t, term) with { MissingFeatures = missing });
            }
        }

        double raw = RiskScorer.RawLogOdds(document, bits, row);
        return new RiskExplanation
        {
            Row = row,
            Bias = document.Bias,
            RawLogOdds = raw,
            Probability = RiskScorer.Probability(document, raw),
            For = raises,
            Against = lowers,
            Groups = Group(nested, [.. raises, .. lowers]),
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

    private static List<RiskReasonGroup> Group(bool[,] nested, RiskReason[] reasons)
    {
        int[] group = [.. Enumerable.Range(0, reasons.Length)];
        for (int a = 0; a < reasons.Length; a++)
        {
            for (int b = 0; b < a; b++)
            {
                if (nested[reasons[a].Term, reasons[b].Term] && group[a] != group[b])
                {
                    int from = group[a], to = group[b];
                    for (int i = 0; i < group.Length; i++)
                    {
                        group[i] = group[i] == from ? to : group[i];
                    }
                }
            }
        }

        return [.. Enumerable.Range(0, reasons.Length)
            .GroupBy(i => group[i], i => reasons[i])
            .Select(g => new RiskReasonGroup(g.Sum(r => r.Weight), [.. g.OrderByDescending(r => Math.Abs(r.Weight)).ThenBy(r => r.Term)]))
            .OrderByDescending(g => Math.Abs(g.Weight))
            .ThenBy(g => g.Parts[0].Term)];
    }

    // Empty when a recorded value already rules the term out.
    private static List<string> Undecided(ModelDocument document, ModelTerm term, FeatureTable table, BitColumns bits, int row)
    {
        var missing = new List<string>();
        foreach (int id in term.Items)
        {
            if (bits.Get(id, row))
            {
                continue;
            }

            Item item = document.Items[id];
            if (item.Test is ItemTest.Missing or ItemTest.Present || !table.Find(item.Feature)!.IsMissing(row))
            {
                return [];
            }

            if (!missing.Contains(item.Feature))
            {
                missing.Add(item.Feature);
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
}
