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
        var result = new RiskExplanation[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            result[i] = ExplainRow(document, taken, bits, i) with { Row = rows[i] };
        }

        return result;
    }

    private static RiskExplanation ExplainRow(ModelDocument document, FeatureTable table, BitColumns bits, int row)
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
            Unknown = unknown,
        };
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
