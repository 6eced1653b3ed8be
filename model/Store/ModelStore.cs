using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Model.Store;

/// <summary>A band of similar scores: where it starts, how many were in it and how many came to need support.</summary>
public sealed record SimilarBand(double ProbabilityFrom, long RowCount, long PositiveCount);

/// <summary>A model as stored: its document and the outcome among similar scores.</summary>
public sealed record StoredModel(long ModelRunId, ModelDocument Document, IReadOnlyList<SimilarBand> Similar);

/// <summary>Keeps model runs, their rules, metrics and documents.</summary>
public static class ModelStore
{
    /// <summary>Rule keys of a run start at its number times this.</summary>
    public const long RulesPerRun = 100_000;

    private const int PartLength = 4000;

    private static readonly string[] RuleColumns =
    [
        "rule_key", "model_run_id", "rule_code", "direction_code", "text_ja", "departments", "item_count", "covered_count",
        "positive_count", "rate_low", "rate_high", "p_value", "weight", "stability_share", "status_code",
    ];

    private static readonly string[] MetricColumns =
        ["model_run_id", "metric_code", "group_code", "metric_value", "low_value", "high_value", "row_count", "positive_count"];

    /// <summary>Returns the key of a term of a model, by its position in the document.</summary>
    public static long RuleKey(long modelRunId, int term) => (modelRunId * RulesPerRun) + term + 1;

    /// <summary>Records that a run has started and returns its number; runs that a crash left running are marked failed.</summary>
    public static long Start(WarehouseSession session, DateTime nowUtc, DateTime asKnownUtc, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Begin();
        session.Execute("load/model_run_abandon", new { FinishedUtc = nowUtc });
        long id = session.QuerySingle<long>("query/model_run_next");
        session.Execute(
            "load/model_run_start",
            new { ModelRunId = id, StartedUtc = nowUtc, AsKnownUtc = asKnownUtc, Seed = unchecked((long)seed) });
        session.Commit();
        return id;
    }

    /// <summary>Records that a run has failed; does nothing to a run that has ended.</summary>
    public static void Fail(WarehouseSession session, long modelRunId, DateTime nowUtc, string error)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(error);
        session.Rollback();
        session.Execute(
            "load/model_run_fail",
            new { ModelRunId = modelRunId, FinishedUtc = nowUtc, ErrorText = error.Length > 1000 ? error[..1000] : error });
    }

    /// <summary>Brings <c>dim.feature</c> up to the catalogue and returns the features approved in both.</summary>
    public static IReadOnlyList<FeatureEntry> Approve(WarehouseSession session, FeatureCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(catalogue);
        session.Begin();
        foreach (FeatureEntry entry in catalogue.Entries)
        {
            session.Execute("load/model_feature", new
            {
                FeatureKey = entry.Key,
                FeatureName = entry.Name,
                entry.JapaneseName,
                entry.Unit,
                entry.Feed,
                entry.Department,
                entry.ValueKind,
                IsHelpSeeking = (short)(entry.IsHelpSeeking ? 1 : 0),
                IsApproved = (short)(entry.IsApproved ? 1 : 0),
            });
        }

        session.Commit();
        HashSet<string> approved = [.. session.Query<FeatureApproval>("query/model_feature").Where(f => f.IsApproved).Select(f => f.FeatureName)];
        return [.. catalogue.Entries.Where(e => e.IsApproved && approved.Contains(e.Name))];
    }

    /// <summary>Writes the rules, metrics and document of a run and makes it the current one, in one transaction.</summary>
    public static void Succeed(
        WarehouseSession session, long modelRunId, DateTime nowUtc, TrainedModel model, IReadOnlyList<MetricRow> metrics, int maxListedRules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(metrics);
        ModelDocument document = model.Document;
        EvaluationResult quoted = model.Metrics.Temporal ?? model.Metrics.CrossValidated;
        session.Begin();
        session.BulkInsert("dim.mined_rule", RuleColumns, Rules(modelRunId, model, maxListedRules), cancellationToken);
        session.BulkInsert(
            "meta.model_metric",
            MetricColumns,
            metrics.Where(m => double.IsFinite(m.Value)).Select(m => new object?[]
            {
                modelRunId, m.Code, m.Group, m.Value, Finite(m.Interval?.Low), Finite(m.Interval?.High), m.RowCount, m.PositiveCount,
            }),
            cancellationToken);
        session.BulkInsert(
            "meta.model_part",
            ["model_run_id", "part_number", "document_json"],
            Parts(document.ToJson()).Select((part, i) => new object?[] { modelRunId, i + 1, part }),
            cancellationToken);
        session.Execute("load/model_run_succeed", new
        {
            ModelRunId = modelRunId,
            FinishedUtc = nowUtc,
            RowCount = (long)document.RowCount,
            PositiveCount = (long)document.PositiveCount,
            RuleCount = document.Terms.Count,
            VerifiedCount = model.Mined.Rules.Count(r => r.IsVerified),
            Auc = Finite(quoted.Auc),
            AucLow = Finite(quoted.AucInterval.Low),
            AucHigh = Finite(quoted.AucInterval.High),
            FeatureSha256 = document.FeatureHash,
            DataSha256 = document.DataHash,
            ModelSha256 = document.Hash(),
        });
        session.Commit();
    }

    /// <summary>Returns the current model.</summary>
    /// <remarks>Errors: MDL-040 when there is none, MDL-041 when the parts do not give the document that was stored.</remarks>
    public static StoredModel Current(WarehouseSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        CurrentRun run = session.Query<CurrentRun>("query/model_current").FirstOrDefault()
            ?? throw new ModelException("MDL-040", "no model run that succeeded", "one current model", "train first");
        var parameters = new { run.ModelRunId };
        ModelDocument document = ModelDocument.FromJson(
            string.Concat(session.Query<PartRow>("query/model_part", parameters).Select(part => part.DocumentJson)));
        if (!string.Equals(document.Hash(), run.ModelSha256.Trim(), StringComparison.Ordinal))
        {
            throw new ModelException("MDL-041", $"a document of model run {run.ModelRunId} with another hash", run.ModelSha256, "train again");
        }

        return new StoredModel(run.ModelRunId, document, session.Query<SimilarBand>("query/model_similar", parameters));
    }

    /// <summary>Returns a text in parts that a column holds; no pair of surrogates is split.</summary>
    public static IEnumerable<string> Parts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = 0;
        while (at < text.Length)
        {
            int length = Math.Min(PartLength, text.Length - at);

            // SQL Server drops trailing blanks in comparisons only, but a part must not end inside a character.
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
            {
                length--;
            }

            yield return text.Substring(at, length);
            at += length;
        }
    }

    // Terms first, so that a term's position gives its key; then what was mined and has no weight, best first.
    private static IEnumerable<object?[]> Rules(long modelRunId, TrainedModel model, int maxListed)
    {
        ModelDocument document = model.Document;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        foreach (ModelTerm term in document.Terms)
        {
            kept.Add(term.Text);
            yield return
            [
                RuleKey(modelRunId, index), modelRunId, Code(index), term.Weight > 0 ? "risk" : "protective", Cut(term.Text, 600),
                Cut(string.Join('、', term.Departments), 200), (short)term.Items.Length, (long)term.Covered, (long)term.Positives,
                term.RateInterval.Low, term.RateInterval.High, Math.Exp(term.LogP), term.Weight,
                term.Stability < 0 ? null : term.Stability, term.IsVerified ? "verified" : "candidate",
            ];
            index++;
        }

        // A finding against what the domain declares is not listed: staff would read it as advice.
        WeightSign[] limits = WeightSigns.Of(model.Items);
        foreach (RuleDirection direction in Enum.GetValues<RuleDirection>())
        {
            foreach (MinedRule rule in model.Mined.Rules.Where(r => r.Direction == direction
                && WeightSigns.Of(limits, r.Items).Permits(direction == RuleDirection.Risk ? 1 : -1)
                && !kept.Contains(RuleText.Of(model.Items, r.Items))).Take(maxListed))
            {
                yield return
                [
                    RuleKey(modelRunId, index), modelRunId, Code(index), direction == RuleDirection.Risk ? "risk" : "protective",
                    Cut(RuleText.Of(model.Items, rule.Items), 600),
                    Cut(string.Join('、', RuleText.Departments(model.Items, rule.Items)), 200), (short)rule.Items.Length,
                    (long)rule.Covered, (long)rule.Positives, rule.RateInterval.Low, rule.RateInterval.High, rule.PValue, 0.0, null,
                    rule.IsVerified ? "verified" : "candidate",
                ];
                index++;
            }
        }
    }

    private static string Code(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"R{index + 1:0000}");

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private sealed record FeatureApproval(int FeatureKey, string FeatureName, bool IsApproved);

    private sealed record CurrentRun(long ModelRunId, DateTime AsKnownUtc, string ModelSha256);

    private sealed record PartRow(int PartNumber, string DocumentJson);
}
