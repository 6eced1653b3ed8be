using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Score;
using Warehouse.Model.Store;
using Warehouse.Model.Train;

namespace Warehouse.Model;

/// <summary>Turns what is known about children into scores, bands and reasons; pure.</summary>
public static class ChildScorer
{
    /// <summary>Returns the scoring of a snapshot.</summary>
    /// <remarks>
    /// Shape: one score per child, by child key. Withheld: <c>open_case</c> and <c>earlier_case</c> (staff already know; the model never
    /// learned from such rows) before <c>thin_file</c> (too few sources). Bands follow the capacity of the staff, not a probability;
    /// of two equal scores the lower child key comes first.
    /// </remarks>
    public static Scoring Score(StoredModel model, Snapshot snapshot, IReadOnlyList<ChildFacts> children, Cases cases, ModelOptions options) =>
        Score(model, snapshot, children, cases, options, table => table);

    /// <summary>Returns the scoring of a snapshot as it would be if the model saw another table; <paramref name="see"/> gets the features of the children whose score is shown.</summary>
    internal static Scoring Score(
        StoredModel model, Snapshot snapshot, IReadOnlyList<ChildFacts> children, Cases cases, ModelOptions options, Func<FeatureTable, FeatureTable> see)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(children);
        ArgumentNullException.ThrowIfNull(cases);
        ArgumentNullException.ThrowIfNull(options);
        ChildFacts[] rows = [.. children.OrderBy(c => c.ChildKey)];
        string[] withheld = [.. rows.Select(c => cases.At(c.ChildKey, snapshot.Date) switch
        {
            LabelStatus.OpenCase => "open_case",
            LabelStatus.EarlierCase => "earlier_case",
            _ => c.SourceCount < options.MinSources ? "thin_file" : "",
        })];
        int[] shown = [.. Enumerable.Range(0, rows.Length).Where(i => withheld[i].Length == 0)];
        FeatureEntry[] features = [.. model.Document.Features.Select(f => FeatureCatalogue.Default.Find(f.Name)
            ?? throw new ModelException("MDL-042", $"feature '{f.Name}' in the model", "a feature of this release", "train again"))];
        FeatureTable table = see(FeatureTables.Build([.. shown.Select(i => rows[i])], features));
        IReadOnlyList<RiskScore> scores = ModelLibrary.Score(model.Document, table, new ScoreOptions { MinCoverage = 0 });
        int[] rank = Ranks(scores);
        int sizeA = Size(options.CapacityShareA, shown.Length);
        int sizeB = Size(options.CapacityShareB, shown.Length);
        int sizeC = Size(options.CapacityShareC, shown.Length);

        var result = new ScoreRow[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            result[i] = new ScoreRow(rows[i].ChildKey, null, null, "none", null, withheld[i], rows[i].SourceCount);
        }

        for (int i = 0; i < shown.Length; i++)
        {
            SimilarBand? similar = model.Similar.LastOrDefault(b => b.ProbabilityFrom <= scores[i].Probability);
            string band = rank[i] <= sizeA ? "A" : rank[i] <= sizeA + sizeB ? "B" : rank[i] <= sizeA + sizeB + sizeC ? "C" : "none";
            result[shown[i]] = result[shown[i]] with
            {
                LogOdds = scores[i].RawLogOdds,
                Probability = scores[i].Probability,
                BandCode = band,
                ListRank = rank[i],
                SimilarCount = similar?.RowCount,
                SimilarPositiveCount = similar?.PositiveCount,
            };
        }

        return new Scoring(model.ModelRunId, snapshot, result, Reasons(model, table, [.. shown.Select(i => rows[i])], options.MaxReasons));
    }

    private static int Size(double share, int count) => (int)Math.Ceiling(share * count);

    private static int[] Ranks(IReadOnlyList<RiskScore> scores)
    {
        var rank = new int[scores.Count];
        int place = 0;
        foreach (int i in Enumerable.Range(0, rank.Length).OrderByDescending(i => scores[i].RawLogOdds).ThenBy(i => i))
        {
            rank[i] = ++place;
        }

        return rank;
    }

    private static List<ReasonRow> Reasons(StoredModel model, FeatureTable table, ChildFacts[] children, int max)
    {
        var reasons = new List<ReasonRow>();
        foreach (RiskExplanation explanation in ModelLibrary.Explain(model.Document, table, [.. Enumerable.Range(0, children.Length)]))
        {
            long child = children[explanation.Row].ChildKey;
            Add(child, explanation.Groups);
            var unknown = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string feature, double weight) in explanation.Unknown
                .Where(r => r.Weight > 0 && r.MissingFeatures.All(f => FeatureValues.Applies(FeatureCatalogue.Default[f], children[explanation.Row])))
                .SelectMany(r => r.MissingFeatures.Select(f => (f, r.Weight))))
            {
                if (unknown.Count < max && unknown.Add(feature))
                {
                    reasons.Add(new ReasonRow(child, "unknown", unknown.Count, 0, FeatureCatalogue.Default[feature].Key, weight));
                }
            }
        }

        return reasons;

        // A reason is kept with all its parts, so that their sum is its weight; the first ones of each side are kept.
        void Add(long child, IReadOnlyList<RiskReasonGroup> groups)
        {
            int raising = 0, lowering = 0, rank = 0, forRank = 0, againstRank = 0;
            foreach (RiskReasonGroup group in groups)
            {
                if ((group.Weight > 0 ? ++raising : ++lowering) > max)
                {
                    continue;
                }

                rank++;
                foreach (RiskReason part in group.Parts)
                {
                    bool isFor = part.Weight > 0;
                    int place = isFor ? ++forRank : ++againstRank;
                    long rule = ModelStore.RuleKey(model.ModelRunId, part.Term);
                    reasons.Add(new ReasonRow(child, isFor ? "for" : "against", place, rule, 0, part.Weight) { GroupRank = rank });
                }
            }
        }
    }
}
